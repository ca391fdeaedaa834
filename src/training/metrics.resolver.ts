/** What runs have measured, over GraphQL. Single documents are in document-result.resolver.ts. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { createAppError } from '../shared/errors.js';
import type { SliceMetrics } from './document-slices.js';
import {
  findBaselines,
  findEvaluations,
  listCalibration,
  listClassMetrics,
  listConfusion,
  listSlices,
} from './evaluation.repository.js';
import {
  BaselineMetricsType,
  CalibrationBinType,
  CalibrationStageEnum,
  type CellOfRun,
  ClassMetricsType,
  type ClassOfRun,
  ConfusionCellType,
  EvaluationMetricsType,
  SliceMetricsType,
} from './evaluation.types.js';
import { labelOfRunKey, loadLabelNames } from './label-names.js';
import { loadSeries, seriesKey } from './metric-series.repository.js';
import { findBestEpochs, listEpochs } from './training.repository.js';
import { EpochMetricsType, MetricPointType, TrainingRunType } from './training.types.js';
import type {
  BaselineMetrics,
  CalibrationBin,
  CalibrationStage,
  EpochMetrics,
  EvaluationMetrics,
  MetricPoint,
  TrainingRun,
} from './training-run.js';

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

  @FieldResolver(() => EpochMetricsType, {
    nullable: true,
    description: 'The best on validation so far, which the run ends with; null before the first has ended',
  })
  bestEpoch(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<EpochMetrics | null> {
    return context.load(this.#loadBestEpochs, run.id);
  }

  @FieldResolver(() => [MetricPointType], {
    description:
      'loss, learningRate, gradientNorm or examplesPerSecond by step; of a run of kind PRETRAINING also wordAccuracy, alignmentAccuracy and matchingAccuracy, without gradientNorm. Of more than maxPoints, the lowest and the highest of equal stretches of steps stay, so that no peak is lost',
  })
  async series(
    @Root() run: TrainingRun,
    @Arg('metric', () => String) metric: string,
    @Arg('maxPoints', () => Int, { defaultValue: 500 }) maxPoints: number,
    @Ctx() context: GraphqlContext,
  ): Promise<MetricPoint[]> {
    if (maxPoints < 2 || maxPoints > mostPoints) {
      throw createAppError({
        code: 'BAD_USER_INPUT',
        message: `maxPoints must be from 2 to ${mostPoints}, not ${maxPoints}`,
      });
    }
    return await context.load(this.#loadSeries, seriesKey(run.id, maxPoints, metric));
  }

  @FieldResolver(() => EvaluationMetricsType, {
    nullable: true,
    description: 'On the holdout; null before the run has ended, and where it could not be measured',
  })
  metrics(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<EvaluationMetrics | null> {
    return context.load(this.#loadEvaluations, run.id);
  }

  @FieldResolver(() => BaselineMetricsType, {
    nullable: true,
    description: 'The number to beat: what the words alone reach; null before the run has ended',
  })
  baseline(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<BaselineMetrics | null> {
    return context.load(this.#loadBaselines, run.id);
  }

  @FieldResolver(() => [ClassMetricsType], { description: 'On the holdout, a row a label' })
  async perClass(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<ClassOfRun[]> {
    const rows = await context.load(this.#loadClassMetrics, run.id);
    return rows.map((row) => ({ ...row, runId: run.id }));
  }

  @FieldResolver(() => [ConfusionCellType], { description: 'On the holdout: the cells that are not empty' })
  async confusion(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<CellOfRun[]> {
    const cells = await context.load(this.#loadConfusion, run.id);
    const supports = new Map<string, number>();
    for (const { actualId, count } of cells) supports.set(actualId, (supports.get(actualId) ?? 0) + count);
    return cells.map((cell) => ({
      ...cell,
      runId: run.id,
      share: cell.count / (supports.get(cell.actualId) ?? cell.count),
    }));
  }

  @FieldResolver(() => [ConfusionCellType], {
    description: 'The labels most often taken for another, those of the most documents first',
  })
  async topConfusions(
    @Root() run: TrainingRun,
    @Arg('first', () => Int, { defaultValue: 5 }) first: number,
    @Ctx() context: GraphqlContext,
  ): Promise<CellOfRun[]> {
    const cells = await this.confusion(run, context);
    return cells
      .filter(({ actualId, predictedId }) => actualId !== predictedId)
      .sort((one, other) => other.count - one.count || other.share - one.share)
      .slice(0, Math.max(0, first));
  }

  @FieldResolver(() => [CalibrationBinType], {
    description:
      'How often it was right by how sure it was, the least sure first; before or after the temperature, which the validation documents alone have set',
  })
  calibration(
    @Root() run: TrainingRun,
    @Arg('stage', () => CalibrationStageEnum, { defaultValue: 'AFTER' }) stage: CalibrationStage,
    @Ctx() context: GraphqlContext,
  ): Promise<CalibrationBin[]> {
    return context.load(stage === 'BEFORE' ? this.#loadBinsBefore : this.#loadBinsAfter, run.id);
  }

  @FieldResolver(() => [SliceMetricsType], {
    description: 'On the holdout, by kinds of documents, the least accurate first',
  })
  slices(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<SliceMetrics[]> {
    return context.load(this.#loadSlices, run.id);
  }

  readonly #loadEpochs = (ids: readonly string[]) => listEpochs(this.#connection.database, ids);
  readonly #loadBestEpochs = (ids: readonly string[]) => findBestEpochs(this.#connection.database, ids);
  readonly #loadSeries = (keys: readonly string[]) => loadSeries(this.#connection.database, keys);
  readonly #loadEvaluations = (ids: readonly string[]) => findEvaluations(this.#connection.database, ids);
  readonly #loadBaselines = (ids: readonly string[]) => findBaselines(this.#connection.database, ids);
  readonly #loadClassMetrics = (ids: readonly string[]) => listClassMetrics(this.#connection.database, ids);
  readonly #loadConfusion = (ids: readonly string[]) => listConfusion(this.#connection.database, ids);
  readonly #loadBinsBefore = (ids: readonly string[]) =>
    listCalibration(this.#connection.database, ids, 'BEFORE');
  readonly #loadBinsAfter = (ids: readonly string[]) =>
    listCalibration(this.#connection.database, ids, 'AFTER');
  readonly #loadSlices = (ids: readonly string[]) => listSlices(this.#connection.database, ids);
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
  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}
