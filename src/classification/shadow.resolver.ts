/** The shadow over GraphQL: how far it differs, pair by pair and document by document. */
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import { listDocumentsById } from '../documents/document-access.js';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { getModelVersion, getModelVersions } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import { findShadowModel } from '../models/shadow-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import { listShadowPredictions, pageShadowPredictions, type ShadowPrediction } from './shadow.repository.js';
import {
  type PairOfModel,
  ShadowPairType,
  ShadowPredictionConnectionType,
  ShadowPredictionType,
  ShadowReportType,
} from './shadow.types.js';
import { reportShadow, type ShadowReport } from './shadow-report.js';

@Resolver(() => ShadowReportType)
export class ShadowReportResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @Query(() => ShadowReportType, {
    nullable: true,
    description:
      'Of the model in the shadow, or of one that has been; null where none is given and none is there',
  })
  async shadowReport(
    @Arg('modelVersionId', () => ID, { nullable: true }) modelVersionId: string | null,
  ): Promise<ShadowReport | null> {
    const { database } = this.#connection;
    const version = modelVersionId
      ? await getModelVersion(database, modelVersionId)
      : await findShadowModel(database);
    return version && (await reportShadow(database, version.id));
  }

  @FieldResolver(() => ModelVersionType)
  modelVersion(@Root() report: ShadowReport, @Ctx() context: GraphqlContext): Promise<ModelVersion> {
    return context.load(this.#loadVersions, report.modelVersionId);
  }

  @FieldResolver(() => [ShadowPairType], { description: 'Where they differ, the most frequent first' })
  pairs(@Root() { pairs, modelVersionId }: ShadowReport): PairOfModel[] {
    return pairs.map((pair) => ({ ...pair, modelVersionId }));
  }

  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
}

@Resolver(() => ShadowPairType)
export class ShadowPairResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType)
  servingLabel(@Root() pair: PairOfModel, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, pair.servingLabelId);
  }

  @FieldResolver(() => LabelType)
  label(@Root() pair: PairOfModel, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, pair.labelId);
  }

  @FieldResolver(() => ShadowPredictionConnectionType, { description: 'With their documents, oldest first' })
  async predictions(
    @Root() pair: PairOfModel,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const slice = await pageShadowPredictions(database, pair, readPaging(first, after ?? null, isId));
    const countTotal = async () => pair.count;
    return toConnection(
      ShadowPredictionConnectionType,
      { ...slice, countTotal },
      after ?? null,
      ({ id }) => id,
    );
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}

@Resolver(() => ShadowPredictionType)
export class ShadowPredictionResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => DocumentType, { nullable: true, description: 'Null when it is gone' })
  document(@Root() prediction: ShadowPrediction, @Ctx() context: GraphqlContext): Promise<Document | null> {
    return context.load(this.#loadDocuments, prediction.documentId);
  }

  @FieldResolver(() => LabelType)
  label(@Root() prediction: ShadowPrediction, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, prediction.labelId);
  }

  @FieldResolver(() => ModelVersionType)
  modelVersion(@Root() prediction: ShadowPrediction, @Ctx() context: GraphqlContext): Promise<ModelVersion> {
    return context.load(this.#loadVersions, prediction.modelVersionId);
  }

  @FieldResolver(() => LabelType, { description: 'What the serving model said' })
  servingLabel(@Root() prediction: ShadowPrediction, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, prediction.servingLabelId);
  }

  @FieldResolver(() => ModelVersionType, { description: 'What served then' })
  servingModel(@Root() prediction: ShadowPrediction, @Ctx() context: GraphqlContext): Promise<ModelVersion> {
    return context.load(this.#loadVersions, prediction.servingModelId);
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
  readonly #loadDocuments = async (ids: readonly string[]) => {
    const documents = await listDocumentsById(this.#connection.database, ids);
    return ids.map((id) => documents.find((document) => document.id === id) ?? null);
  };
}

@Resolver(() => DocumentType)
export class DocumentShadowResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => [ShadowPredictionType], {
    description:
      'By models in the shadow, newest first: never among `predictions`, and no label follows from them',
  })
  shadowPredictions(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<ShadowPrediction[]> {
    return context.load(this.#loadPredictions, document.id);
  }

  readonly #loadPredictions = (ids: readonly string[]) =>
    listShadowPredictions(this.#connection.database, ids);
}
