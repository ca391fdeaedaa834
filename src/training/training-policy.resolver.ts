/** The training policy and drift over GraphQL. */
import {
  Arg,
  Ctx,
  FieldResolver,
  GraphQLISODateTime,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { getModelVersions } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { createAppError } from '../shared/errors.js';
import type { DriftMetric, DriftPoint } from './drift.js';
import { listDriftPoints } from './drift.repository.js';
import { TrainingPolicyInput, toPolicyChange } from './training-policy.inputs.js';
import { nextScheduled } from './training-policy.js';
import { readTrainingPolicy } from './training-policy.repository.js';
import { DriftMetricEnum, DriftPointType, TrainingPolicyType } from './training-policy.types.js';
import type { UpdateTrainingPolicy } from './update-training-policy.js';

// A year, hour by hour.
const mostPoints = 8784;

type Dependencies = {
  connection: DatabaseConnection;
  updateTrainingPolicy: UpdateTrainingPolicy;
  minimumPerLabel: number;
};

@Resolver(() => DriftPointType)
export class TrainingPolicyResolver {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  @Query(() => TrainingPolicyType)
  async trainingPolicy(): Promise<TrainingPolicyType> {
    const { connection, minimumPerLabel } = this.#dependencies;
    const policy = await readTrainingPolicy(connection.database, minimumPerLabel);
    return { ...policy, nextScheduledAt: policy.isAutomatic ? nextScheduled(policy, new Date()) : null };
  }

  @Mutation(() => TrainingPolicyType)
  async updateTrainingPolicy(
    @Arg('input', () => TrainingPolicyInput) input: TrainingPolicyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<TrainingPolicyType> {
    await this.#dependencies.updateTrainingPolicy(toPolicyChange(input), context.viewer.name);
    return await this.trainingPolicy();
  }

  @Query(() => [DriftPointType], {
    description:
      'Oldest first, one an hour while enough is uploaded; of more than `maxPoints`, the newest. Measured against the snapshot of the run that the serving model stands for: none is added while the starter, an import or a text classifier that was made beside a run serves',
  })
  async driftSeries(
    @Arg('metric', () => DriftMetricEnum) metric: DriftMetric,
    @Arg('since', () => GraphQLISODateTime, { nullable: true }) since: Date | null,
    @Arg('maxPoints', () => Int, { defaultValue: 500 }) maxPoints: number,
  ): Promise<DriftPoint[]> {
    if (maxPoints < 1 || maxPoints > mostPoints) {
      throw createAppError({
        code: 'BAD_USER_INPUT',
        message: `maxPoints must be from 1 to ${mostPoints}, not ${maxPoints}`,
      });
    }
    return await listDriftPoints(this.#dependencies.connection.database, metric, since ?? null, maxPoints);
  }

  @FieldResolver(() => ModelVersionType)
  async modelVersion(
    @Root() point: DriftPoint,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion | null> {
    return await context.load(this.#loadVersions, point.modelVersionId);
  }

  readonly #loadVersions = (ids: readonly string[]) =>
    getModelVersions(this.#dependencies.connection.database, ids);
}
