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
import { getModelVersions } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { isNumberKey, readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import type { AnnotateTrainingRun } from './annotate-training-run.js';
import type { CancelTrainingRun } from './cancel-training-run.js';
import { findSnapshots } from './dataset.repository.js';
import { DatasetSnapshotType } from './dataset.types.js';
import type { StartTrainingRun } from './start-training-run.js';
import { createRunNotFoundError } from './training.errors.js';
import {
  StartTrainingRunInput,
  TrainingRunFilterInput,
  toHyperparameters,
  toRunFilter,
} from './training.inputs.js';
import { countRuns, findRun, findRunsOfModels, listRuns, listVersionsOfRuns } from './training.repository.js';
import {
  RunFailureType,
  RunProgressType,
  TrainingRunConnectionType,
  TrainingRunType,
} from './training.types.js';
import type { DatasetSnapshot, TrainingRun } from './training-run.js';

@Resolver(() => TrainingRunType)
export class TrainingResolver {
  readonly #connection: DatabaseConnection;
  readonly #startTrainingRun: StartTrainingRun;
  readonly #cancelTrainingRun: CancelTrainingRun;
  readonly #annotateTrainingRun: AnnotateTrainingRun;

  constructor(dependencies: {
    connection: DatabaseConnection;
    startTrainingRun: StartTrainingRun;
    cancelTrainingRun: CancelTrainingRun;
    annotateTrainingRun: AnnotateTrainingRun;
  }) {
    this.#connection = dependencies.connection;
    this.#startTrainingRun = dependencies.startTrainingRun;
    this.#cancelTrainingRun = dependencies.cancelTrainingRun;
    this.#annotateTrainingRun = dependencies.annotateTrainingRun;
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
      tags: input?.tags ?? [],
      limits: { maxMinutes: input?.maxMinutes ?? null, maxMemoryMib: input?.maxMemoryMib ?? null },
      baseModelId: input?.baseModelId ?? null,
      fromScratch: input?.fromScratch ?? false,
      hyperparameters: toHyperparameters(input?.hyperparameters),
    });
  }

  @Mutation(() => TrainingRunType, {
    description: 'Writes a note and tags on a run; what is not given stays, a note of null goes',
  })
  async annotateTrainingRun(
    @Arg('id', () => ID) id: string,
    @Arg('note', () => String, { nullable: true }) note: string | null | undefined,
    @Arg('tags', () => [String], { nullable: true }) tags: string[] | null,
  ): Promise<TrainingRun> {
    return await this.#annotateTrainingRun({
      id,
      ...(note !== undefined && { note }),
      ...(tags && { tags }),
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

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description:
      'What it has made to serve: the network, the text classifier or their average, whichever validation shows to be best',
  })
  async modelVersion(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<ModelVersion | null> {
    return run.modelVersionId === null ? null : await context.load(this.#loadVersions, run.modelVersionId);
  }

  @FieldResolver(() => [ModelVersionType], {
    description:
      'All that it has made: the version that stands for it, and beside it the text classifier that learnt the same documents, which can be promoted like any other',
  })
  async modelVersions(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<ModelVersion[]> {
    return await getModelVersions(
      this.#connection.database,
      await context.load(this.#loadVersionIds, run.id),
    );
  }

  @FieldResolver(() => RunFailureType, { nullable: true, description: 'Null unless it has failed' })
  failure(@Root() { status, failureCode, statusReason }: TrainingRun): RunFailureType | null {
    if (status !== 'FAILED') return null;
    return { code: failureCode ?? 'TRAINING_FAILED', message: statusReason ?? '' };
  }

  @FieldResolver(() => RunProgressType, { nullable: true, description: 'Null before the first step' })
  progress(@Root() run: TrainingRun): RunProgressType | null {
    const { epoch, totalEpochs, step, totalSteps, examplesPerSecond, secondsLeft } = run;
    if (epoch === null || totalEpochs === null || step === null || totalSteps === null) return null;
    return { epoch, totalEpochs, step, totalSteps, examplesPerSecond, secondsLeft };
  }

  @FieldResolver(() => DatasetSnapshotType, { nullable: true, description: 'Null for a skipped run' })
  async dataset(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<DatasetSnapshot | null> {
    return run.snapshotId === null ? null : await context.load(this.#loadSnapshots, run.snapshotId);
  }

  readonly #loadVersionIds = (ids: readonly string[]) => listVersionsOfRuns(this.#connection.database, ids);
  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
  readonly #loadSnapshots = (ids: readonly string[]) => findSnapshots(this.#connection.database, ids);
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
