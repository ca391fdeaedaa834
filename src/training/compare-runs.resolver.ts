/** Comparing runs over GraphQL. */
import { Arg, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { getDocumentsById } from '../documents/document-access.js';
import { getLabelSet, getLabels } from '../labels/get-label.js';
import { currentLabelId } from '../labels/label.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import { isId } from '../shared/ids.js';
import type { CompareRuns, RunComparison } from './compare-runs.js';
import { countDifferences, listDifferences } from './document-result.repository.js';
import {
  DocumentDifferenceConnectionType,
  type DocumentDifferenceType,
  RunComparisonType,
} from './evaluation.types.js';

@Resolver(() => RunComparisonType)
export class CompareRunsResolver {
  readonly #connection: DatabaseConnection;
  readonly #compareRuns: CompareRuns;

  constructor(dependencies: { connection: DatabaseConnection; compareRuns: CompareRuns }) {
    this.#connection = dependencies.connection;
    this.#compareRuns = dependencies.compareRuns;
  }

  @Query(() => RunComparisonType, { description: 'Two to ten runs side by side' })
  compareRuns(@Arg('ids', () => [ID]) ids: string[]): Promise<RunComparison> {
    return this.#compareRuns(ids);
  }

  @FieldResolver(() => DocumentDifferenceConnectionType, {
    description:
      'Of the documents that all of them were measured on, those they say different things of; a merged label is the one it was merged into',
  })
  async differences(
    @Root() { runs, runIds }: RunComparison,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const { rows, hasNextPage } = await listDifferences(database, {
      runIds,
      ...readPaging(first, after ?? null, isId),
    });
    const labelSet = await getLabelSet(database);
    const resultsOfRows = rows.map(({ results }) =>
      results.map(({ runId, actualId, predictedId, confidence }) => ({
        runId,
        actualId: currentLabelId(labelSet, actualId),
        predictedId: currentLabelId(labelSet, predictedId),
        confidence,
      })),
    );
    const labelIds = resultsOfRows.flat().flatMap(({ actualId, predictedId }) => [actualId, predictedId]);
    const labels = new Map(
      (await getLabels(database, [...new Set(labelIds)])).map((label) => [label.id, label]),
    );
    const documents = await getDocumentsById(
      database,
      rows.map(({ documentId }) => documentId),
    );
    const newest = [...runs].sort((one, other) => other.number - one.number)[0];
    const differences = resultsOfRows.flatMap((results, index): DocumentDifferenceType[] => {
      const document = documents[index];
      const actual = labels.get(results.find(({ runId }) => runId === newest?.id)?.actualId ?? '');
      const answers = results.flatMap(({ runId, actualId, predictedId, confidence }) => {
        const run = runs.find(({ id }) => id === runId);
        const predicted = labels.get(predictedId);
        return run && predicted ? [{ run, predicted, confidence, isCorrect: actualId === predictedId }] : [];
      });
      return document && actual ? [{ document, actual, answers }] : [];
    });
    const countTotal = () => countDifferences(database, runIds);
    return toConnection(
      DocumentDifferenceConnectionType,
      { rows: differences, hasNextPage, countTotal },
      after ?? null,
      ({ document }) => document.id,
    );
  }
}
