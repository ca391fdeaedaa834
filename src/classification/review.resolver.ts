/** The review queue, decisions and claims over GraphQL. */
import {
  Arg,
  Ctx,
  FieldResolver,
  GraphQLISODateTime,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentConnectionType, DocumentType } from '../documents/document.types.js';
import { listDocumentsById } from '../documents/document-access.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import type { ClaimReview, ReleaseReview } from './claim-review.js';
import type { ConfirmLabel, CorrectLabel, UndoDecision } from './decide-label.js';
import type { ConfirmLabels, CorrectLabels, DecisionResult } from './decide-labels.js';
import { measureProductionAccuracy, minimumSample, type ProductionAccuracy } from './production-accuracy.js';
import { CorrectionInput } from './review.inputs.js';
import {
  DecisionResultType,
  ProductionAccuracyType,
  ReviewClaimType,
  UncertaintyEnum,
} from './review.types.js';
import { listReviewQueue, readPlace, writePlace } from './review-queue.js';
import {
  countReviewQueue,
  findClaims,
  type ReviewClaim,
  type Uncertainty,
} from './review-queue.repository.js';

type Dependencies = {
  connection: DatabaseConnection;
  correctLabel: CorrectLabel;
  confirmLabel: ConfirmLabel;
  correctLabels: CorrectLabels;
  confirmLabels: ConfirmLabels;
  undoDecision: UndoDecision;
  claimReview: ClaimReview;
  releaseReview: ReleaseReview;
  randomShare: number;
};

@Resolver(() => DocumentType)
export class ReviewResolver {
  readonly #dependencies: Dependencies;
  readonly #connection: DatabaseConnection;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#connection = dependencies.connection;
  }

  @Query(() => DocumentConnectionType, {
    description:
      'What people should look at, in an order that stays until another model serves or labels change: what no model has scored, then what the model is least certain of, where each document counts less the more like it wait already (of the 256 uploaded before it and the 16 after it that wait; not while a text classifier serves); and at every 1/REVIEW_RANDOM_SHARE-th place a random one of those that the model has labelled',
  })
  async reviewQueue(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('uncertainty', () => UncertaintyEnum, { defaultValue: 'ENTROPY' }) uncertainty: Uncertainty,
    @Arg('reviewer', () => String, {
      nullable: true,
      description: 'Leaves out what others than this one have claimed',
    })
    reviewer: string | null,
  ) {
    const { database } = this.#connection;
    const share = this.#dependencies.randomShare;
    const paging = readPaging(first, after ?? null, (key) => readPlace(key, uncertainty) !== null);
    const { rows: places, hasNextPage } = await listReviewQueue(database, {
      uncertainty,
      share,
      first: paging.first,
      after: paging.after === null ? null : readPlace(paging.after, uncertainty),
      notClaimedFrom: reviewer ?? null,
    });
    const rows = await listDocumentsById(
      database,
      places.map(({ documentId }) => documentId),
    );
    const keys = new Map(places.map(({ documentId, place }) => [documentId, writePlace(place, uncertainty)]));
    const countTotal = () => countReviewQueue(database, share);
    return toConnection(
      DocumentConnectionType,
      { rows, hasNextPage, countTotal },
      after ?? null,
      ({ id }) => keys.get(id) ?? '',
    );
  }

  @Query(() => ProductionAccuracyType, {
    nullable: true,
    description: `Of the labels that models have given since a time, from the random share alone; null while people have decided fewer than ${minimumSample} of it`,
  })
  async productionAccuracy(
    @Arg('since', () => GraphQLISODateTime, { nullable: true }) since: Date | null,
  ): Promise<ProductionAccuracy | null> {
    return await measureProductionAccuracy(this.#connection.database, since ?? null);
  }

  @Mutation(() => DocumentType, { description: 'A person says what a document is' })
  async correctLabel(
    @Arg('documentId', () => ID) documentId: string,
    @Arg('labelId', () => ID) labelId: string,
    @Arg('note', () => String, { nullable: true }) note: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Document> {
    const decidedBy = context.viewer.name;
    return await this.#dependencies.correctLabel({ documentId, labelId, note: note ?? null, decidedBy });
  }

  @Mutation(() => DocumentType, {
    description: 'A person agrees with the label of a document, or with its prediction',
  })
  async confirmLabel(
    @Arg('documentId', () => ID) documentId: string,
    @Arg('note', () => String, { nullable: true }) note: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Document> {
    const decidedBy = context.viewer.name;
    return await this.#dependencies.confirmLabel({ documentId, note: note ?? null, decidedBy });
  }

  @Mutation(() => [DecisionResultType], {
    description: 'Corrects up to 500 documents, each by itself: a result per document, in their order',
  })
  async correctLabels(
    @Arg('corrections', () => [CorrectionInput]) corrections: CorrectionInput[],
    @Ctx() context: GraphqlContext,
  ): Promise<DecisionResult[]> {
    return await this.#dependencies.correctLabels({
      corrections: corrections.map(({ note, ...correction }) => ({ ...correction, note: note ?? null })),
      decidedBy: context.viewer.name,
    });
  }

  @Mutation(() => [DecisionResultType], {
    description: 'Confirms up to 500 documents, each by itself: a result per document, in their order',
  })
  async confirmLabels(
    @Arg('documentIds', () => [ID]) documentIds: string[],
    @Arg('note', () => String, { nullable: true }) note: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<DecisionResult[]> {
    const decidedBy = context.viewer.name;
    return await this.#dependencies.confirmLabels({ documentIds, note: note ?? null, decidedBy });
  }

  @Mutation(() => DocumentType, {
    description:
      'Takes the newest standing decision on a document back. Both stay readable; the label before is there again',
  })
  async undoDecision(
    @Arg('documentId', () => ID) documentId: string,
    @Arg('decisionId', () => ID, { nullable: true, description: 'Refused if another has been made since' })
    decisionId: string | null,
    @Arg('note', () => String, { nullable: true }) note: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Document> {
    const revokedBy = context.viewer.name;
    const request = { documentId, decisionId: decisionId ?? null, note: note ?? null, revokedBy };
    return await this.#dependencies.undoDecision(request);
  }

  @Mutation(() => [DocumentType], {
    description:
      'Gives a reviewer documents to look at, which nobody else is given until they are decided, released, or REVIEW_LEASE_MINUTES have passed: those held already first, then the next of the queue',
  })
  async claimReview(
    @Arg('first', () => Int, { defaultValue: 1 }) first: number,
    @Arg('reviewer', () => String, { nullable: true, description: 'By default who asks' })
    reviewer: string | null,
    @Arg('uncertainty', () => UncertaintyEnum, { defaultValue: 'ENTROPY' }) uncertainty: Uncertainty,
    @Ctx() context: GraphqlContext,
  ): Promise<Document[]> {
    const request = { reviewer: reviewer ?? context.viewer.name, first, uncertainty };
    return await this.#dependencies.claimReview(request);
  }

  @Mutation(() => Int, { description: 'Lets claimed documents go; answers how many there were' })
  async releaseReview(
    @Arg('documentIds', () => [ID]) documentIds: string[],
    @Arg('reviewer', () => String, { nullable: true, description: 'By default who asks' })
    reviewer: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<number> {
    return await this.#dependencies.releaseReview({ reviewer: reviewer ?? context.viewer.name, documentIds });
  }

  @FieldResolver(() => ReviewClaimType, { nullable: true, description: 'Who is looking at it' })
  claim(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<ReviewClaim | null> {
    return context.load(this.#loadClaims, document.id);
  }

  readonly #loadClaims = (ids: readonly string[]) => findClaims(this.#connection.database, ids, new Date());
}
