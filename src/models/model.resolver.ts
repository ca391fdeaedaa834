/** Model versions over GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { isNumberKey, readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { getModelVersions } from './get-model-version.js';
import type { ModelVersion } from './model-version.js';
import {
  countModelVersions,
  listAliases,
  listLabelIds,
  listModelVersions,
} from './model-version.repository.js';
import { ModelVersionConnectionType, ModelVersionType } from './model-version.types.js';
import { findServingModel, type PromoteModel, type RollbackModel } from './promote-model.js';

@Resolver(() => ModelVersionType)
export class ModelResolver {
  readonly #connection: DatabaseConnection;
  readonly #promoteModel: PromoteModel;
  readonly #rollbackModel: RollbackModel;

  constructor(dependencies: {
    connection: DatabaseConnection;
    promoteModel: PromoteModel;
    rollbackModel: RollbackModel;
  }) {
    this.#connection = dependencies.connection;
    this.#promoteModel = dependencies.promoteModel;
    this.#rollbackModel = dependencies.rollbackModel;
  }

  @Query(() => ModelVersionConnectionType, { description: 'Newest first' })
  async modelVersions(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const slice = await listModelVersions(database, readPaging(first, after ?? null, isNumberKey));
    const countTotal = () => countModelVersions(database);
    return toConnection(ModelVersionConnectionType, { ...slice, countTotal }, after ?? null, ({ number }) =>
      String(number),
    );
  }

  @Query(() => ModelVersionType, {
    nullable: true,
    description: 'The version that classifies; null before there is one',
  })
  async servingModel(): Promise<ModelVersion | null> {
    return await findServingModel(this.#connection.database);
  }

  @Mutation(() => ModelVersionType, { description: 'Makes a version the one that classifies' })
  async promoteModel(@Arg('id', () => ID) id: string): Promise<ModelVersion> {
    return await this.#promoteModel(id);
  }

  @Mutation(() => ModelVersionType, {
    description: 'Goes back to the version that served before the last promotion',
  })
  async rollbackModel(): Promise<ModelVersion> {
    return await this.#rollbackModel();
  }

  @FieldResolver(() => [LabelType], { description: 'What it can say, in the order of its classifier' })
  async labels(@Root() version: ModelVersion, @Ctx() context: GraphqlContext): Promise<Label[]> {
    const labelIds = await context.load(this.#loadLabelIds, version.id);
    return await getLabels(this.#connection.database, labelIds);
  }

  @FieldResolver(() => [String], { description: '`serving` for the version that classifies' })
  aliases(@Root() version: ModelVersion, @Ctx() context: GraphqlContext): Promise<string[]> {
    return context.load(this.#loadAliases, version.id);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'What it was fine-tuned from; null: from scratch',
  })
  async baseModel(
    @Root() version: ModelVersion,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion | null> {
    return version.baseModelId === null ? null : await context.load(this.#loadVersions, version.baseModelId);
  }

  readonly #loadLabelIds = (ids: readonly string[]) => listLabelIds(this.#connection.database, ids);
  readonly #loadAliases = (ids: readonly string[]) => listAliases(this.#connection.database, ids);
  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
}
