/** The promotion policy, and what the gate has decided of each run, over GraphQL. */
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { getModelVersions } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import {
  findGateDecisions,
  findPolicy,
  type GateDecision,
  listClassChanges,
  type StoredPolicy,
} from './gate.repository.js';
import {
  type ClassChangeOfRun,
  GateClassChangeType,
  GateDecisionType,
  PromotionPolicyInput,
  PromotionPolicyType,
  toPolicyChange,
} from './gate.types.js';
import type { SetPromotionPolicy } from './set-promotion-policy.js';
import { TrainingRunType } from './training.types.js';
import type { TrainingRun } from './training-run.js';

@Resolver(() => TrainingRunType)
export class GateResolver {
  readonly #connection: DatabaseConnection;
  readonly #setPromotionPolicy: SetPromotionPolicy;

  constructor(dependencies: { connection: DatabaseConnection; setPromotionPolicy: SetPromotionPolicy }) {
    this.#connection = dependencies.connection;
    this.#setPromotionPolicy = dependencies.setPromotionPolicy;
  }

  @Query(() => PromotionPolicyType)
  async promotionPolicy(): Promise<StoredPolicy> {
    return await findPolicy(this.#connection.database);
  }

  @Mutation(() => PromotionPolicyType, { description: 'Counts for the runs that end from then on' })
  async setPromotionPolicy(
    @Arg('input', () => PromotionPolicyInput) input: PromotionPolicyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<StoredPolicy> {
    return await this.#setPromotionPolicy(toPolicyChange(input), context.viewer.name);
  }

  @FieldResolver(() => GateDecisionType, {
    nullable: true,
    description: 'Null until the run has made a version, and for runs that ended before there was a gate',
  })
  async gateDecision(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<GateDecision | null> {
    const decision = await context.load(this.#loadDecisions, run.id);
    return decision && Object.assign(new GateDecisionType(), decision);
  }

  readonly #loadDecisions = (ids: readonly string[]) => findGateDecisions(this.#connection.database, ids);
}

@Resolver(() => GateDecisionType)
export class GateDecisionResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => ModelVersionType, { nullable: true, description: 'What it was compared with' })
  async servingModel(
    @Root() decision: GateDecision,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion | null> {
    const { servingModelId } = decision;
    return servingModelId === null ? null : await context.load(this.#loadVersions, servingModelId);
  }

  @FieldResolver(() => [GateClassChangeType], { description: 'Label by label' })
  async classes(
    @Root() { runId }: GateDecision,
    @Ctx() context: GraphqlContext,
  ): Promise<ClassChangeOfRun[]> {
    const classes = await context.load(this.#loadClasses, runId);
    return classes.map((change) => ({ ...change, runId }));
  }

  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
  readonly #loadClasses = (ids: readonly string[]) => listClassChanges(this.#connection.database, ids);
}

@Resolver(() => GateClassChangeType)
export class GateClassChangeResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType)
  label(@Root() change: ClassChangeOfRun, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, change.labelId);
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}
