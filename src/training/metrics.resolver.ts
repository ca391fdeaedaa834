/** What runs have measured, over GraphQL. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { listDocumentsById } from '../documents/document-access.js';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { createAppError } from '../shared/errors.js';
import { findEvaluations, listClassMetrics, listConfusion, listResults } from './evaluation.repository.js';
import { labelOfRunKey, loadLabelNames } from './label-names.js';
import { listEpochs, listSeries } from './training.repository.js';
import {
  type CellOfRun,
  ClassMetricsType,
  type ClassOfRun,
  ConfusionCellType,
  DocumentResultType,
  EpochMetricsType,
  EvaluationMetricsType,
  MetricPointType,
  TrainingRunType,
} from './training.types.js';
import type { EpochMetrics, EvaluationMetrics, MetricPoint, TrainingRun } from './training-run.js';

// A plot has no more pixels than this.
const mostPoints = 10_000;

@Resolver(() => TrainingRunType)
export class MetricsResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => [EpochMetricsType])
  epochs(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<EpochMetrics[]> {
    return context.load(this.#loadEpochs, run.id);
  }

  @FieldResolver(() => [MetricPointType], {
    description:
      'loss, learningRate, gradientNorm or examplesPerSecond by step; sampled without losing peaks',
  })
  async series(
    @Root() run: TrainingRun,
    @Arg('metric', () => String) metric: string,
    @Arg('maxPoints', () => Int, { defaultValue: 500 }) maxPoints: number,
  ): Promise<MetricPoint[]> {
    if (maxPoints < 2 || maxPoints > mostPoints) {
      throw createAppError({
        code: 'BAD_USER_INPUT',
        message: `maxPoints must be from 2 to ${mostPoints}, not ${maxPoints}`,
      });
    }
    return await listSeries(this.#connection.database, run.id, metric, maxPoints);
  }

  @FieldResolver(() => EvaluationMetricsType, {
    nullable: true,
    description: 'On the holdout; null before the run has ended',
  })
  metrics(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<EvaluationMetrics | null> {
    return context.load(this.#loadEvaluations, run.id);
  }

  @FieldResolver(() => [ClassMetricsType], { description: 'On the holdout, a row a label' })
  async perClass(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<ClassOfRun[]> {
    const rows = await context.load(this.#loadClassMetrics, run.id);
    return rows.map((row) => ({ ...row, runId: run.id }));
  }

  @FieldResolver(() => [ConfusionCellType], { description: 'On the holdout: the cells that are not empty' })
  async confusion(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<CellOfRun[]> {
    const cells = await context.load(this.#loadConfusion, run.id);
    return cells.map((cell) => ({ ...cell, runId: run.id }));
  }

  readonly #loadEpochs = (ids: readonly string[]) => listEpochs(this.#connection.database, ids);
  readonly #loadEvaluations = (ids: readonly string[]) => findEvaluations(this.#connection.database, ids);
  readonly #loadClassMetrics = (ids: readonly string[]) => listClassMetrics(this.#connection.database, ids);
  readonly #loadConfusion = (ids: readonly string[]) => listConfusion(this.#connection.database, ids);
}

@Resolver(() => ClassMetricsType)
export class ClassMetricsResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType)
  label(@Root() metrics: ClassOfRun, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, metrics.labelId);
  }

  @FieldResolver(() => String, { description: 'What the label was called when the run ended' })
  labelName(@Root() metrics: ClassOfRun, @Ctx() context: GraphqlContext): Promise<string> {
    return context.load(this.#loadNames, labelOfRunKey(metrics.runId, metrics.labelId));
  }

  readonly #loadNames = (keys: readonly string[]) => loadLabelNames(this.#connection.database, keys);
  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}

@Resolver(() => ConfusionCellType)
export class ConfusionCellResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType)
  actual(@Root() cell: CellOfRun, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, cell.actualId);
  }

  @FieldResolver(() => LabelType)
  predicted(@Root() cell: CellOfRun, @Ctx() context: GraphqlContext): Promise<Label> {
    return context.load(this.#loadLabels, cell.predictedId);
  }

  @FieldResolver(() => String, { description: 'What the actual label was called when the run ended' })
  actualName(@Root() cell: CellOfRun, @Ctx() context: GraphqlContext): Promise<string> {
    return context.load(this.#loadNames, labelOfRunKey(cell.runId, cell.actualId));
  }

  @FieldResolver(() => String, { description: 'What the predicted label was called when the run ended' })
  predictedName(@Root() cell: CellOfRun, @Ctx() context: GraphqlContext): Promise<string> {
    return context.load(this.#loadNames, labelOfRunKey(cell.runId, cell.predictedId));
  }

  readonly #loadNames = (keys: readonly string[]) => loadLabelNames(this.#connection.database, keys);

  @FieldResolver(() => [DocumentResultType], {
    description: 'The documents behind the cell, the most confident first',
  })
  async documents(@Root() cell: CellOfRun): Promise<DocumentResultType[]> {
    const { runId, actualId, predictedId } = cell;
    const { database } = this.#connection;
    const results = await listResults(database, { runId, actualId, predictedId });
    const documents = await listDocumentsById(
      database,
      results.map(({ documentId }) => documentId),
    );
    const byId = new Map(documents.map((document) => [document.id, document]));
    return results.flatMap(({ documentId, confidence }) => {
      const document = byId.get(documentId);
      return document ? [{ document, confidence }] : [];
    });
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}
