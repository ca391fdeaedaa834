/** Sweeps over GraphQL: starting, cancelling, their table of trials and their picture. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { getModelVersions } from '../../models/get-model-version.js';
import type { ModelVersion } from '../../models/model-version.js';
import { ModelVersionType } from '../../models/model-version.types.js';
import type { DatabaseConnection } from '../../platform/database/database.js';
import { isNumberKey, readPaging, toConnection } from '../../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../../platform/graphql/context.js';
import { isId } from '../../shared/ids.js';
import { findSnapshot } from '../dataset.repository.js';
import { DatasetSnapshotType } from '../dataset.types.js';
import { toHyperparameters } from '../training.inputs.js';
import { HyperparametersType, TrainingRunType } from '../training.types.js';
import type { DatasetSnapshot, RunHyperparameters, TrainingRun } from '../training-run.js';
import type { CancelSweep } from './cancel-sweep.js';
import { describeValue } from './chart-axis.js';
import type { Rung } from './halving.js';
import { influenceOf } from './influence.js';
import type { StartSweep } from './start-sweep.js';
import { createInvalidSweepError } from './sweep.errors.js';
import { StartSweepInput, toRanges } from './sweep.inputs.js';
import { rungsOf, type Sweep, type SweepTrial } from './sweep.js';
import { countSweeps, findSweep, findSweeps, listSweeps, listTrials } from './sweep.repository.js';
import {
  SearchRangeType,
  SweepConnectionType,
  SweepRungType,
  SweepTrialType,
  SweepType,
} from './sweep.types.js';
import { drawSweep, scoredOnFirstRung } from './sweep-plot.js';

@Resolver(() => SweepType)
export class SweepResolver {
  readonly #connection: DatabaseConnection;
  readonly #startSweep: StartSweep;
  readonly #cancelSweep: CancelSweep;

  constructor(dependencies: {
    connection: DatabaseConnection;
    startSweep: StartSweep;
    cancelSweep: CancelSweep;
  }) {
    this.#connection = dependencies.connection;
    this.#startSweep = dependencies.startSweep;
    this.#cancelSweep = dependencies.cancelSweep;
  }

  @Query(() => SweepType, { nullable: true })
  async sweep(@Arg('id', () => ID) id: string): Promise<Sweep | null> {
    return isId(id) ? await findSweep(this.#connection.database, id) : null;
  }

  @Query(() => SweepConnectionType, { description: 'Newest first' })
  async sweeps(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const slice = await listSweeps(database, readPaging(first, after ?? null, isNumberKey));
    const countTotal = () => countSweeps(database);
    return toConnection(SweepConnectionType, { ...slice, countTotal }, after ?? null, ({ number }) =>
      String(number),
    );
  }

  @Mutation(() => SweepType, {
    description:
      'Searches for good hyper-parameters; where there is too little to learn from, the sweep is SKIPPED and says why',
  })
  async startSweep(@Arg('input', () => StartSweepInput) input: StartSweepInput): Promise<Sweep> {
    const { kind, trials, seed, promoteBest, fromScratch } = input;
    return await this.#startSweep({
      ...{ kind, trials, seed, promoteBest, fromScratch },
      ranges: toRanges(input.ranges),
      reductionFactor: input.reductionFactor ?? null,
      firstRungEpochs: input.firstRungEpochs ?? null,
      note: input.note ?? null,
      tags: input.tags ?? [],
      limits: { maxMinutes: input.maxMinutes ?? null, maxMemoryMib: input.maxMemoryMib ?? null },
      baseModelId: input.baseModelId ?? null,
      hyperparameters: toHyperparameters(input.hyperparameters),
    });
  }

  @Mutation(() => SweepType, {
    description: 'Stops a sweep: the trial that runs within its step, and all that would follow',
  })
  async cancelSweep(@Arg('id', () => ID) id: string): Promise<Sweep> {
    return await this.#cancelSweep(id);
  }

  @FieldResolver(() => [SearchRangeType])
  async ranges(@Root() sweep: Sweep, @Ctx() context: GraphqlContext): Promise<SearchRangeType[]> {
    const scored = scoredOnFirstRung(await context.load(this.#loadTrials, sweep.id));
    return sweep.ranges.map((range) => ({
      hyperparameter: range.hyperparameter,
      distribution: range.distribution,
      from: range.distribution === 'CHOICE' ? null : range.from,
      to: range.distribution === 'CHOICE' ? null : range.to,
      choices: range.distribution === 'CHOICE' ? range.choices.map(String) : null,
      influence: influenceOf(range, scored),
    }));
  }

  @FieldResolver(() => [SweepRungType])
  rungs(@Root() sweep: Sweep): Rung[] {
    return rungsOf(sweep);
  }

  @FieldResolver(() => HyperparametersType, {
    description: 'What all trials have in common, where no range says otherwise',
  })
  hyperparameters(@Root() sweep: Sweep): RunHyperparameters {
    return sweep.hyperparameters;
  }

  @FieldResolver(() => [SweepTrialType], {
    description: 'Those that have been queued, the best first; those without a result last',
  })
  async trials(@Root() sweep: Sweep, @Ctx() context: GraphqlContext): Promise<SweepTrialType[]> {
    return (await context.load(this.#loadTrials, sweep.id)).map(showTrial);
  }

  @FieldResolver(() => SweepTrialType, { nullable: true, description: 'So far, while it runs' })
  async best(@Root() sweep: Sweep, @Ctx() context: GraphqlContext): Promise<SweepTrialType | null> {
    const [best] = await context.load(this.#loadTrials, sweep.id);
    return best === undefined || best.score === null ? null : showTrial(best);
  }

  @FieldResolver(() => String, {
    description: 'An SVG: validation macro-F1 of the trials by epoch, and against one hyper-parameter',
  })
  async plotSvg(
    @Root() sweep: Sweep,
    @Ctx() context: GraphqlContext,
    @Arg('hyperparameter', () => String, {
      nullable: true,
      description: 'One of its ranges; not given: the one that most goes with the scores',
    })
    hyperparameter: string | null,
  ): Promise<string> {
    const names = sweep.ranges.map((range) => range.hyperparameter);
    if (hyperparameter && !names.includes(hyperparameter)) {
      const found = JSON.stringify(hyperparameter);
      throw createInvalidSweepError(`The sweep has no range of ${found}; it has ${names.join(', ')}.`);
    }
    return drawSweep(sweep, await context.load(this.#loadTrials, sweep.id), hyperparameter ?? undefined);
  }

  @FieldResolver(() => DatasetSnapshotType, {
    nullable: true,
    description: 'What all trials learn from; null for a skipped one',
  })
  async dataset(@Root() { snapshotId }: Sweep): Promise<DatasetSnapshot | null> {
    return snapshotId === null ? null : await findSnapshot(this.#connection.database, snapshotId);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'What each trial goes on from; null: from scratch',
  })
  async baseModel(@Root() sweep: Sweep, @Ctx() context: GraphqlContext): Promise<ModelVersion | null> {
    return sweep.baseModelId === null ? null : await context.load(this.#loadVersions, sweep.baseModelId);
  }

  readonly #loadTrials = (ids: readonly string[]) => listTrials(this.#connection.database, ids);
  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
}

@Resolver(() => TrainingRunType)
export class RunSweepResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => SweepType, { nullable: true, description: 'The sweep that it is a trial of' })
  async sweep(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<Sweep | null> {
    return run.sweepId === null ? null : await context.load(this.#loadSweeps, run.sweepId);
  }

  readonly #loadSweeps = (ids: readonly string[]) => findSweeps(this.#connection.database, ids);
}

function showTrial({ trial, rung, values, score, rank, run }: SweepTrial): SweepTrialType {
  return Object.assign(new SweepTrialType(), {
    run,
    number: trial,
    rung: rung + 1,
    values: Object.entries(values).map(([hyperparameter, value]) => ({
      hyperparameter,
      value: describeValue(value),
      number: typeof value === 'number' ? value : null,
    })),
    validationMacroF1: score?.macroF1 ?? null,
    validationLoss: score?.loss ?? null,
    rank,
  });
}
