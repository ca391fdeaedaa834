/** Model versions over GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { isNumberKey, readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import { architectureNameOf, contentsRead, type PageContent } from './architecture.js';
import { getModelVersions, isReadyWithFiles } from './get-model-version.js';
import type { CancelModelImport, ImportModel } from './import-model.js';
import { ImportModelInput } from './model.inputs.js';
import type { ModelImport } from './model-import.js';
import { findImports } from './model-import.repository.js';
import type { ModelMember, ModelVersion } from './model-version.js';
import {
  countModelVersions,
  findModelVersion,
  listAliases,
  listLabelIds,
  listMembers,
  listModelVersions,
} from './model-version.repository.js';
import {
  ModelImportFailureType,
  ModelImportType,
  ModelMemberType,
  ModelVersionConnectionType,
  ModelVersionType,
  PageContentEnum,
} from './model-version.types.js';
import { findServingModel, type PromoteModel, type RollbackModel } from './promote-model.js';

@Resolver(() => ModelVersionType)
export class ModelResolver {
  readonly #connection: DatabaseConnection;
  readonly #promoteModel: PromoteModel;
  readonly #rollbackModel: RollbackModel;
  readonly #importModel: ImportModel;
  readonly #cancelModelImport: CancelModelImport;

  constructor(dependencies: {
    connection: DatabaseConnection;
    promoteModel: PromoteModel;
    rollbackModel: RollbackModel;
    importModel: ImportModel;
    cancelModelImport: CancelModelImport;
  }) {
    this.#connection = dependencies.connection;
    this.#promoteModel = dependencies.promoteModel;
    this.#rollbackModel = dependencies.rollbackModel;
    this.#importModel = dependencies.importModel;
    this.#cancelModelImport = dependencies.cancelModelImport;
  }

  @Query(() => ModelVersionType, { nullable: true })
  async modelVersion(@Arg('id', () => ID) id: string): Promise<ModelVersion | null> {
    return isId(id) ? await findModelVersion(this.#connection.database, id) : null;
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
  async promoteModel(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String, { nullable: true, description: 'For the history' }) reason: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion> {
    return await this.#promoteModel(id, { promotedBy: context.viewer.name, reason });
  }

  @Mutation(() => ModelVersionType, {
    description:
      'Goes back to the version that served before the last promotions, so many of them as steps says',
  })
  async rollbackModel(
    @Arg('steps', () => Int, { defaultValue: 1 }) steps: number,
    @Arg('reason', () => String, { nullable: true, description: 'For the history' }) reason: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion> {
    return await this.#rollbackModel(steps, { promotedBy: context.viewer.name, reason });
  }

  @Mutation(() => ModelVersionType, {
    description:
      'Makes a model version of a LayoutLMv2 checkpoint of the hub or of a folder; a folder may also be that of an average or a text classifier, as a run writes them. It is IMPORTING at first; what is being imported already, or is here of the same commit, is answered instead',
  })
  async importModel(
    @Arg('input', () => ImportModelInput) input: ImportModelInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion> {
    return await this.#importModel({
      repository: input.repository ?? null,
      revision: input.revision ?? null,
      folder: input.folder ?? null,
      createLabels: input.createLabels,
      requestedBy: context.viewer.name,
    });
  }

  @Mutation(() => ModelVersionType, {
    description: 'Stops an import within a second or so; what has arrived is kept for the next one',
  })
  async cancelModelImport(@Arg('id', () => ID) id: string): Promise<ModelVersion> {
    return await this.#cancelModelImport(id);
  }

  @FieldResolver(() => ModelImportType, {
    nullable: true,
    description: 'Null for a version that was trained here',
  })
  import(@Root() version: ModelVersion, @Ctx() context: GraphqlContext): Promise<ModelImport | null> {
    return context.load(this.#loadImports, version.id);
  }

  @FieldResolver(() => ModelImportFailureType, {
    nullable: true,
    description: 'Why its import FAILED; while it is IMPORTING, why the last try did',
  })
  failure(@Root() version: ModelVersion): ModelImportFailureType | null {
    const { failureCode: code, failureMessage: message, failureRetryable: retryable } = version;
    return code === null || message === null || retryable === null ? null : { code, message, retryable };
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether it can be loaded: false until it is READY, and once its files are given up to make room for newer ones',
  })
  filesAvailable(@Root() version: ModelVersion): boolean {
    return isReadyWithFiles(version);
  }

  @FieldResolver(() => [LabelType], { description: 'What it can say, in the order of its classifier' })
  async labels(@Root() version: ModelVersion, @Ctx() context: GraphqlContext): Promise<Label[]> {
    const labelIds = await context.load(this.#loadLabelIds, version.id);
    return await Promise.all(labelIds.map((labelId) => context.load(this.#loadLabels, labelId)));
  }

  @FieldResolver(() => [String], {
    description: '`serving` for the version that classifies, `shadow` for the one that is only compared',
  })
  aliases(@Root() version: ModelVersion, @Ctx() context: GraphqlContext): Promise<string[]> {
    return context.load(this.#loadAliases, version.id);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'What it was fine-tuned from; null: from scratch, or imported',
  })
  async baseModel(
    @Root() version: ModelVersion,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion | null> {
    return version.baseModelId === null ? null : await context.load(this.#loadVersions, version.baseModelId);
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
  @FieldResolver(() => [PageContentEnum], { description: 'What it looks at of a page' })
  reads(@Root() version: ModelVersion): readonly PageContent[] {
    return contentsRead[architectureNameOf(version.architecture)];
  }

  @FieldResolver(() => [ModelMemberType], { description: 'Of an average; none of any other architecture' })
  members(@Root() version: ModelVersion, @Ctx() context: GraphqlContext): Promise<ModelMember[]> {
    return context.load(this.#loadMembers, version.id);
  }

  readonly #loadMembers = (ids: readonly string[]) => listMembers(this.#connection.database, ids);
  readonly #loadLabelIds = (ids: readonly string[]) => listLabelIds(this.#connection.database, ids);
  readonly #loadAliases = (ids: readonly string[]) => listAliases(this.#connection.database, ids);
  readonly #loadImports = (ids: readonly string[]) => findImports(this.#connection.database, ids);
  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
}
