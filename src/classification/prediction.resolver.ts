/** Predictions and decisions over GraphQL: what they refer to. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Page } from '../documents/document.js';
import { PageType } from '../documents/document.types.js';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { getModelVersions, listLabelIdsOfModels } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { createAppError } from '../shared/errors.js';
import { findPagePredictions, listDocumentPredictions } from './classification.repository.js';
import type { LabelDecision, Prediction } from './prediction.js';
import { LabelDecisionType, LabelScoreType, PredictionType } from './prediction.types.js';

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
