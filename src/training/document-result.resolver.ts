/** The documents behind the figures of runs, over GraphQL: each with its answer, and those whose labels may be wrong. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import { getDocumentsById } from '../documents/document-access.js';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import {
  countResults,
  listResults,
  type ResultFilter,
  type ResultOrder,
  type ResultPlace,
} from './document-result.repository.js';
import { sliceKey } from './document-slices.js';
import { DocumentResultFilterInput, ResultOrderEnum } from './evaluation.inputs.js';
import { listSuspects } from './evaluation.repository.js';
import {
  type CellOfRun,
  ConfusionCellType,
  DocumentResultConnectionType,
  DocumentResultType,
  SuspectedLabelErrorConnectionType,
  SuspectedLabelErrorType,
} from './evaluation.types.js';
import { TrainingRunType } from './training.types.js';
import type { DocumentResult, SuspectedLabelError, TrainingRun } from './training-run.js';

type Listing = { first: number; after: string | null; order: ResultOrder };

async function toResultConnection(
  { database }: DatabaseConnection,
  runId: string,
  filter: ResultFilter,
  { first, after, order }: Listing,
) {
  const paging = readPaging(first, after, (key) => readPlace(key) !== null);
  const place = paging.after === null ? null : readPlace(paging.after);
  const slice = await listResults(database, { runId, filter, order, first: paging.first, after: place });
  const countTotal = () => countResults(database, runId, filter);
  return toConnection(
    DocumentResultConnectionType,
    { ...slice, countTotal },
    after,
    (result) => `${result.confidence} ${result.documentId}`,
  );
}

/** The place that a cursor stands for; null where none of ours does. */
function readPlace(key: string): ResultPlace | null {
  const [confidence = '', documentId = '', ...rest] = key.split(' ');
  const isPlace = confidence !== '' && Number.isFinite(Number(confidence)) && isId(documentId);
  return isPlace && rest.length === 0 ? { confidence: Number(confidence), documentId } : null;
}

function toFilter(input: DocumentResultFilterInput | null): ResultFilter {
  const { split, isCorrect, isBaselineCorrect, actualLabelId, predictedLabelId, slice } = input ?? {};
  // What is no id is nobody's: the nil id stands for it.
  const idOf = (id: string) => (isId(id) ? id : '00000000-0000-0000-0000-000000000000');
  return {
    split: split ?? 'HOLDOUT',
    ...(typeof isCorrect === 'boolean' && { isCorrect }),
    ...(typeof isBaselineCorrect === 'boolean' && { isBaselineCorrect }),
    ...(actualLabelId && { actualId: idOf(actualLabelId) }),
    ...(predictedLabelId && { predictedId: idOf(predictedLabelId) }),
    ...(slice && { slice: sliceKey(slice.dimension, slice.band) }),
  };
}

@Resolver(() => TrainingRunType)
export class RunResultsResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => DocumentResultConnectionType, {
    description: 'How each holdout document fared, or each of the validation',
  })
  results(
    @Root() run: TrainingRun,
    @Arg('filter', () => DocumentResultFilterInput, { nullable: true })
    filter: DocumentResultFilterInput | null,
    @Arg('orderBy', () => ResultOrderEnum, { defaultValue: 'LEAST_CONFIDENT_FIRST' }) order: ResultOrder,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return toResultConnection(this.#connection, run.id, toFilter(filter ?? null), {
      first,
      after: after ?? null,
      order,
    });
  }

  @FieldResolver(() => SuspectedLabelErrorConnectionType, {
    description:
      'Documents of validation and holdout whose labels may be wrong, the least likely label first',
  })
  async suspectedLabelErrors(
    @Root() run: TrainingRun,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: GraphqlContext,
  ) {
    const paging = readPaging(first, after ?? null, isId);
    const suspects = await context.load(this.#loadSuspects, run.id);
    const start = suspects.findIndex(({ documentId }) => documentId === paging.after) + 1;
    const rows = suspects.slice(start, start + paging.first);
    const hasNextPage = start + paging.first < suspects.length;
    const countTotal = async () => suspects.length;
    return toConnection(
      SuspectedLabelErrorConnectionType,
      { rows, hasNextPage, countTotal },
      after ?? null,
      ({ documentId }) => documentId,
    );
  }

  readonly #loadSuspects = (ids: readonly string[]) => listSuspects(this.#connection.database, ids);
}

@Resolver(() => ConfusionCellType)
export class CellDocumentsResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => DocumentResultConnectionType, {
    description: 'The documents behind the cell, the most confident first',
  })
  documents(
    @Root() { runId, actualId, predictedId }: CellOfRun,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const listing = { first, after: after ?? null, order: 'MOST_CONFIDENT_FIRST' as const };
    const filter = { split: 'HOLDOUT' as const, actualId, predictedId };
    return toResultConnection(this.#connection, runId, filter, listing);
  }
}

@Resolver(() => DocumentResultType)
export class DocumentResultResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => DocumentType)
  document(@Root() result: DocumentResult, @Ctx() context: GraphqlContext): Promise<Document> {
    return context.load(this.#loadDocuments, result.documentId);
  }

  @FieldResolver(() => LabelType, { description: 'The label people gave it, when the run began' })
  actual(@Root() result: DocumentResult, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, result.actualId);
  }

  @FieldResolver(() => LabelType)
  predicted(@Root() result: DocumentResult, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, result.predictedId);
  }

  @FieldResolver(() => LabelType, { nullable: true, description: 'What the text baseline said' })
  async baselinePredicted(
    @Root() result: DocumentResult,
    @Ctx() context: GraphqlContext,
  ): Promise<Label | null> {
    return result.baselineId === null ? null : await context.load(this.#loadLabels, result.baselineId);
  }

  @FieldResolver(() => Boolean)
  isCorrect(@Root() { actualId, predictedId }: DocumentResult): boolean {
    return actualId === predictedId;
  }

  readonly #loadDocuments = (ids: readonly string[]) => getDocumentsById(this.#connection.database, ids);
  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}

@Resolver(() => SuspectedLabelErrorType)
export class SuspectedLabelErrorResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => DocumentType)
  document(@Root() suspect: SuspectedLabelError, @Ctx() context: GraphqlContext): Promise<Document> {
    return context.load(this.#loadDocuments, suspect.documentId);
  }

  @FieldResolver(() => LabelType, { description: 'The label that it had when the run began' })
  label(@Root() suspect: SuspectedLabelError, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, suspect.labelId);
  }

  @FieldResolver(() => LabelType)
  suggested(@Root() suspect: SuspectedLabelError, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, suspect.suggestedId);
  }

  readonly #loadDocuments = (ids: readonly string[]) => getDocumentsById(this.#connection.database, ids);
  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}
