/** Predictions, decisions and the review queue over GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Document, Page } from '../documents/document.js';
import { DocumentConnectionType, DocumentType, PageType } from '../documents/document.types.js';
import { listDocumentsById } from '../documents/document-access.js';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { getModelVersions, listLabelIdsOfModels } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { createAppError } from '../shared/errors.js';
import { isId } from '../shared/ids.js';
import {
  countReviewQueue,
  findPagePredictions,
  listDecisions,
  listDocumentPredictions,
  listReviewQueue,
  type ReviewPlace,
} from './classification.repository.js';
import type { ConfirmLabel, CorrectLabel } from './decide-label.js';
import type { LabelDecision, Prediction } from './prediction.js';
import { LabelDecisionType, LabelScoreType, PredictionType } from './prediction.types.js';

@Resolver(() => DocumentType)
export class ReviewResolver {
  readonly #connection: DatabaseConnection;
  readonly #correctLabel: CorrectLabel;
  readonly #confirmLabel: ConfirmLabel;

  constructor(dependencies: {
    connection: DatabaseConnection;
    correctLabel: CorrectLabel;
    confirmLabel: ConfirmLabel;
  }) {
    this.#connection = dependencies.connection;
    this.#correctLabel = dependencies.correctLabel;
    this.#confirmLabel = dependencies.confirmLabel;
  }

  @Query(() => DocumentConnectionType, {
    description:
      'Documents that need review: what no model has scored first, then what the model is least certain of',
  })
  async reviewQueue(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const paging = readPaging(first, after ?? null, (key) => readPlace(key) !== null);
    const serving = await findServingModel(database);
    const { rows: places, hasNextPage } = await listReviewQueue(database, {
      modelVersionId: serving?.id ?? null,
      first: paging.first,
      after: paging.after === null ? null : readPlace(paging.after),
    });
    const rows = await listDocumentsById(
      database,
      places.map(({ documentId }) => documentId),
    );
    const entropies = new Map(places.map(({ documentId, entropy }) => [documentId, entropy]));
    const countTotal = () => countReviewQueue(database);
    return toConnection(
      DocumentConnectionType,
      { rows, hasNextPage, countTotal },
      after ?? null,
      ({ id }) => `${entropies.get(id)} ${id}`,
    );
  }

  @Mutation(() => DocumentType, { description: 'A person says what a document is' })
  async correctLabel(
    @Arg('documentId', () => ID) documentId: string,
    @Arg('labelId', () => ID) labelId: string,
    @Arg('note', () => String, { nullable: true }) note: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Document> {
    return await this.#correctLabel({
      documentId,
      labelId,
      note: note ?? null,
      decidedBy: context.viewer.name,
    });
  }

  @Mutation(() => DocumentType, {
    description: 'A person agrees with the label of a document, or with its prediction',
  })
  async confirmLabel(
    @Arg('documentId', () => ID) documentId: string,
    @Arg('note', () => String, { nullable: true }) note: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Document> {
    return await this.#confirmLabel({ documentId, note: note ?? null, decidedBy: context.viewer.name });
  }

  @FieldResolver(() => PredictionType, {
    nullable: true,
    description: 'By the serving model; null: not scored (yet)',
  })
  prediction(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Prediction | null> {
    return context.load(this.#loadServingPredictions, document.id);
  }

  @FieldResolver(() => [PredictionType], { description: 'By every model that has scored it, newest first' })
  predictions(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Prediction[]> {
    return context.load(this.#loadPredictions, document.id);
  }

  @FieldResolver(() => [LabelDecisionType], { description: 'What people have decided, newest first' })
  decisions(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<LabelDecision[]> {
    return context.load(this.#loadDecisions, document.id);
  }

  readonly #loadPredictions = (ids: readonly string[]) =>
    listDocumentPredictions(this.#connection.database, ids);
  readonly #loadDecisions = (ids: readonly string[]) => listDecisions(this.#connection.database, ids);
  readonly #loadServingPredictions = async (ids: readonly string[]) => {
    const serving = await findServingModel(this.#connection.database);
    const predictions = await listDocumentPredictions(this.#connection.database, ids);
    return predictions.map((all) => all.find(({ modelVersionId }) => modelVersionId === serving?.id) ?? null);
  };
}

@Resolver(() => PageType)
export class PagePredictionResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => PredictionType, {
    nullable: true,
    description: 'By the serving model; null: not scored (yet)',
  })
  prediction(@Root() page: Page, @Ctx() context: GraphqlContext): Promise<Prediction | null> {
    return context.load(this.#loadPredictions, page.id);
  }

  readonly #loadPredictions = async (ids: readonly string[]) => {
    const serving = await findServingModel(this.#connection.database);
    return serving
      ? await findPagePredictions(this.#connection.database, ids, serving.id)
      : ids.map(() => null);
  };
}

@Resolver(() => PredictionType)
export class PredictionResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType)
  label(@Root() prediction: Prediction, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, prediction.labelId);
  }

  @FieldResolver(() => ModelVersionType)
  modelVersion(@Root() prediction: Prediction, @Ctx() context: GraphqlContext): Promise<ModelVersion> {
    return context.load(this.#loadVersions, prediction.modelVersionId);
  }

  @FieldResolver(() => [LabelScoreType], { description: 'The best labels, best first; all scores sum to 1' })
  async scores(
    @Root() prediction: Prediction,
    @Arg('top', () => Int, { defaultValue: 5 }) top: number,
    @Ctx() context: GraphqlContext,
  ): Promise<LabelScoreType[]> {
    if (top < 1)
      throw createAppError({ code: 'BAD_USER_INPUT', message: `top must be at least 1, not ${top}` });
    const labelIds = await context.load(this.#loadLabelIds, prediction.modelVersionId);
    const best = labelIds
      .map((labelId, index) => ({ labelId, score: prediction.scores[index] ?? Number.NaN }))
      .sort((left, right) => right.score - left.score)
      .slice(0, top);
    return await Promise.all(
      best.map(async ({ labelId, score }) => ({
        label: await context.load(this.#loadLabels, labelId),
        score,
      })),
    );
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
  readonly #loadLabelIds = (ids: readonly string[]) => listLabelIdsOfModels(this.#connection.database, ids);
}

@Resolver(() => LabelDecisionType)
export class LabelDecisionResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType)
  label(@Root() decision: LabelDecision, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, decision.labelId);
  }

  @FieldResolver(() => LabelType, { nullable: true, description: 'The effective label before' })
  async previousLabel(
    @Root() decision: LabelDecision,
    @Ctx() context: GraphqlContext,
  ): Promise<Label | null> {
    return decision.previousLabelId === null
      ? null
      : await context.load(this.#loadLabels, decision.previousLabelId);
  }

  @FieldResolver(() => PredictionType, {
    nullable: true,
    description: 'What the model said when the person decided',
  })
  async prediction(
    @Root() decision: LabelDecision,
    @Ctx() context: GraphqlContext,
  ): Promise<Prediction | null> {
    if (decision.predictionId === null) return null;
    const predictions = await context.load(this.#loadPredictions, decision.documentId);
    return predictions.find(({ id }) => id === decision.predictionId) ?? null;
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
  readonly #loadPredictions = (ids: readonly string[]) =>
    listDocumentPredictions(this.#connection.database, ids);
}

/** The place that a cursor stands for, null if it is none. */
function readPlace(key: string): ReviewPlace | null {
  const [entropyText, documentId = ''] = key.split(' ');
  const entropy = Number(entropyText || Number.NaN);
  return Number.isFinite(entropy) && isId(documentId) ? { entropy, documentId } : null;
}
