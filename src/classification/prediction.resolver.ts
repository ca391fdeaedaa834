/** Predictions and decisions over GraphQL: what they refer to. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Document, Page } from '../documents/document.js';
import { DocumentType, PageType } from '../documents/document.types.js';
import { getLabelSet, getLabels } from '../labels/get-label.js';
import { currentLabelId, type Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { getModelVersions, listLabelIdsOfModels } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import { findServingModel } from '../models/promote-model.js';
import type { Database, DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { createAppError } from '../shared/errors.js';
import { findPagePredictions, listDocumentPredictions } from './classification.repository.js';
import { type DecisionWithRevocation, listDecisions } from './decision.repository.js';
import { type AssignmentRules, isNoneOfThese, type LabelDecision, type Prediction } from './prediction.js';
import { LabelDecisionType, LabelScoreType, PredictionType } from './prediction.types.js';
import { readPredictions } from './read-predictions.js';

@Resolver(() => DocumentType)
export class DocumentPredictionResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
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

  @FieldResolver(() => [LabelDecisionType], {
    description: 'What people have decided, newest first, with what they took back',
  })
  decisions(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<DecisionWithRevocation[]> {
    return context.load(this.#loadDecisions, document.id);
  }

  readonly #loadPredictions = (ids: readonly string[]) => readDocuments(this.#connection.database, ids);
  readonly #loadDecisions = (ids: readonly string[]) => listDecisions(this.#connection.database, ids);
  readonly #loadServingPredictions = async (ids: readonly string[]) => {
    const serving = await findServingModel(this.#connection.database);
    const predictions = await readDocuments(this.#connection.database, ids);
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
    const { database } = this.#connection;
    const serving = await findServingModel(database);
    if (serving === null) return ids.map(() => null);
    const stored = await findPagePredictions(database, ids, serving.id);
    const read = await readPredictions(
      database,
      stored.flatMap((prediction) => prediction ?? []),
    );
    const byPage = new Map(read.map((prediction) => [prediction.pageId, prediction]));
    return ids.map((id) => byPage.get(id) ?? null);
  };
}

@Resolver(() => PredictionType)
export class PredictionResolver {
  readonly #connection: DatabaseConnection;
  readonly #noneOfTheseThreshold: number | undefined;

  constructor(dependencies: { connection: DatabaseConnection } & Partial<AssignmentRules>) {
    this.#connection = dependencies.connection;
    this.#noneOfTheseThreshold = dependencies.noneOfTheseThreshold;
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether noneOfTheseScore reaches NONE_OF_THESE_THRESHOLD: then it is taken to belong to no label, and no model labels it',
  })
  isNoneOfThese(@Root() prediction: Prediction): boolean {
    return isNoneOfThese(prediction.noneOfTheseScore, this.#noneOfTheseThreshold);
  }

  @FieldResolver(() => LabelType)
  label(@Root() prediction: Prediction, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, prediction.labelId);
  }

  @FieldResolver(() => ModelVersionType)
  modelVersion(@Root() prediction: Prediction, @Ctx() context: GraphqlContext): Promise<ModelVersion> {
    return context.load(this.#loadVersions, prediction.modelVersionId);
  }

  @FieldResolver(() => [LabelScoreType], {
    description:
      'The best labels, best first; all scores sum to 1. Merged labels count for their target, labels that were retired then have none',
  })
  async scores(
    @Root() prediction: Prediction,
    @Arg('top', () => Int, { defaultValue: 5 }) top: number,
    @Ctx() context: GraphqlContext,
  ): Promise<LabelScoreType[]> {
    if (top < 1)
      throw createAppError({ code: 'BAD_USER_INPUT', message: `top must be at least 1, not ${top}` });
    const rowIds = await context.load(this.#loadLabelIds, prediction.modelVersionId);
    const labels = await getLabelSet(this.#connection.database);
    const best = rowIds
      .map((rowId, row) => ({ rowId, score: prediction.scores[row] ?? Number.NaN }))
      // What has been masked or added to another is no answer of the model.
      .filter(({ rowId, score }) => score !== 0 || labels.get(rowId)?.retiredAt === null)
      .sort((left, right) => right.score - left.score)
      .slice(0, top);
    return await Promise.all(
      best.map(async ({ rowId, score }) => ({
        label: await context.load(this.#loadLabels, currentLabelId(labels, rowId)),
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
  readonly #loadPredictions = (ids: readonly string[]) => readDocuments(this.#connection.database, ids);
}

/** The predictions of each document as a whole, newest first, as the label set reads them. */
async function readDocuments(database: Database, documentIds: readonly string[]): Promise<Prediction[][]> {
  const stored = await listDocumentPredictions(database, documentIds);
  const read = new Map(
    (await readPredictions(database, stored.flat())).map((prediction) => [prediction.id, prediction]),
  );
  return stored.map((predictions) => predictions.map((prediction) => read.get(prediction.id) ?? prediction));
}
