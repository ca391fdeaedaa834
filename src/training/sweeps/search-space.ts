/**
 * What a sweep draws its trials from: a range for each hyper-parameter, and the drawing itself. Pure: the same ranges and seed
 * give the same trials on every machine.
 */
import { z } from 'zod';
import { createRandom, type Random, seedOf } from '../../layoutlmv2/random.js';
import {
  type Augmentation,
  noAugmentation,
} from '../../layoutlmv2/training/augmentation/augmentation-settings.js';
import type { RunHyperparameters } from '../training-run.js';

export const distributions = ['UNIFORM', 'LOG_UNIFORM', 'INTEGER', 'CHOICE'] as const;
export type Distribution = (typeof distributions)[number];

/** A value of a hyper-parameter, as it is kept and shown. */
export type Value = number | boolean | string;

const intervalSchema = z.object({
  hyperparameter: z.string(),
  /** Both ends can be drawn. */
  distribution: z.enum(['UNIFORM', 'LOG_UNIFORM', 'INTEGER']),
  from: z.number(),
  to: z.number(),
});
const choiceSchema = z.object({
  hyperparameter: z.string(),
  distribution: z.literal('CHOICE'),
  choices: z.array(z.union([z.number(), z.boolean(), z.string()])).min(1),
});

/** Where the values of one hyper-parameter are drawn from. */
export type SearchRange = z.infer<typeof intervalSchema> | z.infer<typeof choiceSchema>;
export const searchRangesSchema: z.ZodType<SearchRange[]> = z.array(
  z.discriminatedUnion('distribution', [intervalSchema, choiceSchema]),
);

/** What one trial has been given: a value for the hyper-parameter of each range. */
export type Draw = Record<string, Value>;
export const drawsSchema: z.ZodType<Draw[]> = z.array(
  z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
);

type Kind = 'number' | 'integer' | 'boolean' | 'text';

const augmentationNames = Object.keys(noAugmentation).map((name) => `augmentation.${name}` as const);

/** The size of a network is not among them: memory, batches and epochs that fit one size do not fit another. */
const kinds: Readonly<Record<string, Kind>> = {
  epochs: 'integer',
  batchSize: 'integer',
  microBatchSize: 'integer',
  learningRate: 'number',
  headLearningRateMultiplier: 'number',
  wordLearningRateMultiplier: 'number',
  weightDecay: 'number',
  warmupRatio: 'number',
  labelSmoothing: 'number',
  schedule: 'text',
  maxGradientNorm: 'number',
  dropout: 'boolean',
  freezing: 'text',
  classWeighting: 'text',
  earlyStoppingPatience: 'integer',
  maxTokens: 'integer',
  seed: 'integer',
  groupByLength: 'boolean',
  ...Object.fromEntries(augmentationNames.map((name) => [name, 'number' as const])),
};

/** What can be searched over, by name; those of augmentation as `augmentation.wordDropout`. */
const searchableNames: readonly string[] = Object.keys(kinds);

/** What makes ranges unusable, in a sentence; null when nothing does. Whether a run can be made with their values is not looked at. */
export function findRangeFault(ranges: readonly SearchRange[]): string | null {
  if (ranges.length === 0) return 'A sweep needs at least one range to draw from.';
  const seen = new Set<string>();
  for (const range of ranges) {
    const { hyperparameter: name } = range;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      return `There is no hyper-parameter ${JSON.stringify(name)} to search over; there are ${searchableNames.join(', ')}.`;
    }
    if (seen.has(name)) return `The hyper-parameter ${name} has two ranges: give one.`;
    seen.add(name);
    const fault =
      range.distribution === 'CHOICE' ? findChoiceFault(range, kind) : findIntervalFault(range, kind);
    if (fault !== null) return `The range of ${name} ${fault}.`;
  }
  return null;
}

function findIntervalFault(
  { distribution, from, to }: z.infer<typeof intervalSchema>,
  kind: Kind,
): string | null {
  if (kind === 'boolean' || kind === 'text')
    return 'has ends, but its values are no numbers: give CHOICE and choices';
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to)
    return `goes from ${from} to ${to}, but must go up`;
  if (distribution === 'LOG_UNIFORM' && from <= 0)
    return `goes from ${from}, but LOG_UNIFORM must begin above 0`;
  if (distribution !== 'INTEGER')
    return kind === 'integer'
      ? `is ${distribution}, but its values are whole numbers: give INTEGER or CHOICE`
      : null;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to))
    return `is INTEGER, but ${from} to ${to} are not both whole numbers`;
  // One draw has 32 bits.
  return to - from >= 2 ** 32 ? `has ${to - from + 1} whole numbers, but must have at most ${2 ** 32}` : null;
}

function findChoiceFault({ choices }: z.infer<typeof choiceSchema>, kind: Kind): string | null {
  if (choices.length === 0) return 'has no choices';
  const twice = choices.find((choice, index) => choices.indexOf(choice) !== index);
  if (twice !== undefined) return `has the choice ${twice} twice`;
  const expected = { number: 'number', integer: 'number', boolean: 'boolean', text: 'string' }[kind];
  const other = choices.find(
    (choice) => typeof choice !== expected || (kind === 'integer' && !Number.isSafeInteger(choice)),
  );
  const wanted = { number: 'a number', integer: 'a whole number', boolean: 'true or false', text: 'a name' }[
    kind
  ];
  return other === undefined ? null : `has the choice ${JSON.stringify(other)}, but must have ${wanted}`;
}

/** A choice as a client writes it, in the type that the hyper-parameter has; unknown names and what does not fit stay text. */
export function readChoice(hyperparameter: string, text: string): Value {
  const kind = Object.hasOwn(kinds, hyperparameter) ? kinds[hyperparameter] : 'text';
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  const isNumeric = kind === 'number' || kind === 'integer';
  return isNumeric && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/**
 * Draws the trials of a sweep at random, each hyper-parameter independently of the others: for the same number of trials, random
 * search tries more different values of the few hyper-parameters that matter than a grid does (Bergstra and Bengio 2012, Random
 * search for hyper-parameter optimization, JMLR 13).
 *
 * - UNIFORM: from + u · (to − from), u uniform in [0, 1).
 * - LOG_UNIFORM: exp(ln from + u · (ln to − ln from)): each factor of ten of the range is as likely as any other, which fits what
 *   acts by its order of magnitude, such as a learning rate.
 * - INTEGER: each whole number from `from` to `to`, both included, equally likely.
 * - CHOICE: each choice equally likely.
 *
 * Each value has a stream of its own, by seed, trial and name: more trials, or a further range, leave the others as they are.
 */
export function drawTrials(ranges: readonly SearchRange[], count: number, seed: number): Draw[] {
  return Array.from({ length: count }, (_, trial) =>
    Object.fromEntries(
      ranges.map((range) => [
        range.hyperparameter,
        drawValue(range, createRandom(seedOf(seed, 'sweep', trial, range.hyperparameter))),
      ]),
    ),
  );
}

function drawValue(range: SearchRange, random: Random): Value {
  if (range.distribution === 'CHOICE') {
    const choice = range.choices[random.integer(range.choices.length)];
    if (choice === undefined) throw new Error(`the range of ${range.hyperparameter} has no choices`);
    return choice;
  }
  const { distribution, from, to } = range;
  if (distribution === 'INTEGER') return from + random.integer(to - from + 1);
  if (distribution === 'UNIFORM') return clamp(from + random.uniform() * (to - from), from, to);
  const low = Math.log(from);
  // The logarithm and back again may end one rounding outside.
  return clamp(Math.exp(low + random.uniform() * (Math.log(to) - low)), from, to);
}

function clamp(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, value));
}

/** The ends of a range, or its choices: if a run can be made with each of them, it can with all that is drawn. */
export function extremesOf(range: SearchRange): readonly Value[] {
  return range.distribution === 'CHOICE' ? range.choices : [range.from, range.to];
}

/** Hyper-parameters with what was drawn in their places. Names and types are those that {@link findRangeFault} has let through. */
export function withDraw(hyperparameters: RunHyperparameters, draw: Draw): RunHyperparameters {
  const augmentation: Partial<Record<string, Value>> = {};
  const own: Partial<Record<string, Value>> = {};
  for (const [name, value] of Object.entries(draw)) {
    const changed = /^augmentation\.(.+)$/.exec(name)?.[1];
    if (changed === undefined) own[name] = value;
    else augmentation[changed] = value;
  }
  return {
    ...hyperparameters,
    ...(own as Partial<RunHyperparameters>),
    augmentation: { ...hyperparameters.augmentation, ...(augmentation as Partial<Augmentation>) },
  };
}
