/** Runs over GraphQL: starting, cancelling, watching. Their metrics are in metrics.resolver.ts. */
import {
  Arg,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { getLabels } from '../labels/get-label.js';
import { getModelVersions } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { isNumberKey, readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import type { CancelTrainingRun } from './cancel-training-run.js';
import type { StartTrainingRun } from './start-training-run.js';
import { createRunNotFoundError } from './training.errors.js';
import {
  StartTrainingRunInput,
  TrainingRunFilterInput,
  toHyperparameters,
  toRunFilter,
} from './training.inputs.js';
import {
  countItems,
  countRuns,
  findRun,
  findRunsOfModels,
  findSnapshotCreation,
  listRuns,
} from './training.repository.js';
import {
  DatasetSnapshotType,
  RunProgressType,
  TrainingRunConnectionType,
  TrainingRunType,
} from './training.types.js';
import type { TrainingRun } from './training-run.js';

@Resolver(() => TrainingRunType)
export class TrainingResolver {
  readonly #connection: DatabaseConnection;
  readonly #startTrainingRun: StartTrainingRun;
  readonly #cancelTrainingRun: CancelTrainingRun;

  constructor(dependencies: {
    connection: DatabaseConnection;
    startTrainingRun: StartTrainingRun;
    cancelTrainingRun: CancelTrainingRun;
  }) {
    this.#connection = dependencies.connection;
    this.#startTrainingRun = dependencies.startTrainingRun;
    this.#cancelTrainingRun = dependencies.cancelTrainingRun;
  }

  @Query(() => TrainingRunType, { nullable: true })
  async trainingRun(@Arg('id', () => ID) id: string): Promise<TrainingRun | null> {
    return isId(id) ? await findRun(this.#connection.database, id) : null;
  }

  @Query(() => TrainingRunConnectionType, { description: 'Newest first' })
  async trainingRuns(
    @Arg('filter', () => TrainingRunFilterInput, { nullable: true })
    filterInput: TrainingRunFilterInput | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const filter = toRunFilter(filterInput);
    const slice = await listRuns(database, { filter, ...readPaging(first, after ?? null, isNumberKey) });
    const countTotal = () => countRuns(database, filter);
    return toConnection(TrainingRunConnectionType, { ...slice, countTotal }, after ?? null, ({ number }) =>
      String(number),
    );
  }

  @Mutation(() => TrainingRunType, {
    description:
      'Learns from what people have decided; where there is too little, the run is SKIPPED and says why',
  })
  async startTrainingRun(
    @Arg('input', () => StartTrainingRunInput, { nullable: true }) input: StartTrainingRunInput | null,
  ): Promise<TrainingRun> {
    return await this.#startTrainingRun({
      trigger: 'MANUAL',
      note: input?.note ?? null,
      baseModelId: input?.baseModelId ?? null,
      fromScratch: input?.fromScratch ?? false,
      hyperparameters: toHyperparameters(input?.hyperparameters),
    });
  }

  @Mutation(() => TrainingRunType, { description: 'Stops a run within its step' })
  async cancelTrainingRun(@Arg('id', () => ID) id: string): Promise<TrainingRun> {
    return await this.#cancelTrainingRun(id);
  }

  @Subscription(() => TrainingRunType, {
    topics: 'trainingRunUpdated',
    filter: ({ payload, args }) => !args.id || args.id === payload.id,
    description: 'Each change of a run, or of one: its status, its progress, its epochs',
  })
  async trainingRunUpdated(
    @Root() { id }: { id: string },
    @Arg('id', () => ID, { nullable: true }) _id: string | null,
  ): Promise<TrainingRun> {
    const run = await findRun(this.#connection.database, id);
    if (run === null) throw createRunNotFoundError(id);
    return run;
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'What it goes on from; null: from scratch',
  })
  async baseModel(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<ModelVersion | null> {
    return run.baseModelId === null ? null : await context.load(this.#loadVersions, run.baseModelId);
  }

  @FieldResolver(() => ModelVersionType, { nullable: true, description: 'What it has made' })
  async modelVersion(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<ModelVersion | null> {
    return run.modelVersionId === null ? null : await context.load(this.#loadVersions, run.modelVersionId);
  }

  @FieldResolver(() => RunProgressType, { nullable: true, description: 'Null before the first step' })
  progress(@Root() run: TrainingRun): RunProgressType | null {
    const { epoch, totalEpochs, step, totalSteps, examplesPerSecond, secondsLeft } = run;
    if (epoch === null || totalEpochs === null || step === null || totalSteps === null) return null;
    return { epoch, totalEpochs, step, totalSteps, examplesPerSecond, secondsLeft };
  }

  @FieldResolver(() => DatasetSnapshotType, { nullable: true, description: 'Null for a skipped run' })
  async dataset(@Root() run: TrainingRun): Promise<DatasetSnapshotType | null> {
    if (run.snapshotId === null) return null;
    const { database } = this.#connection;
    const createdAt = await findSnapshotCreation(database, run.snapshotId);
    if (createdAt === null) return null;
    const counts = await countItems(database, run.snapshotId);
    const labels = await getLabels(database, [...new Set(counts.map(({ labelId }) => labelId))]);
    return {
      id: run.snapshotId,
      createdAt,
      counts: labels.flatMap((label) =>
        counts
          .filter(({ labelId }) => labelId === label.id)
          .map(({ split, count }) => ({ label, split, documents: count })),
      ),
    };
  }

  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
}

@Resolver(() => ModelVersionType)
export class ModelRunResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => TrainingRunType, { nullable: true, description: 'The run that made it' })
  run(@Root() version: ModelVersion, @Ctx() context: GraphqlContext): Promise<TrainingRun | null> {
    return context.load(this.#loadRuns, version.id);
  }

  readonly #loadRuns = (ids: readonly string[]) => findRunsOfModels(this.#connection.database, ids);
}
