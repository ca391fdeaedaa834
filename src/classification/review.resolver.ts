/** Predictions, decisions and the review queue over GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentConnectionType, DocumentType } from '../documents/document.types.js';
import { listDocumentsById } from '../documents/document-access.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import { listDocumentPredictions } from './classification.repository.js';
import type { ConfirmLabel, CorrectLabel } from './decide-label.js';
import { listDecisions } from './decision.repository.js';
import type { LabelDecision, Prediction } from './prediction.js';
import { LabelDecisionType, PredictionType } from './prediction.types.js';
import { countReviewQueue, listReviewQueue, type ReviewPlace } from './review-queue.repository.js';

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

/** The place that a cursor stands for, null if it is none. */
function readPlace(key: string): ReviewPlace | null {
  const [entropyText, documentId = ''] = key.split(' ');
  const entropy = Number(entropyText || Number.NaN);
  return Number.isFinite(entropy) && isId(documentId) ? { entropy, documentId } : null;
}
