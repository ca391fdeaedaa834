/**
 * Which trial of a sweep runs next, and which is the best: pure rules over what the trials have reached, so that a sweep goes on
 * from wherever it was when its process ended.
 */

/** A trial as a run: `trial` names the drawn hyper-parameters, from 1; `rung` counts from 0. */
export type TrialRun = {
  trial: number;
  rung: number;
  isOver: boolean;
  /** Of its best epoch on validation; null where it did not succeed or has no figure. */
  score: TrialScore | null;
};

export type TrialScore = { macroF1: number; loss: number | null };

/** So many trials train for so many epochs: null for what their hyper-parameters say. */
export type Rung = { trials: number; epochs: number | null };

export type Halving = { reductionFactor: number; firstRungEpochs: number };

export type NextStep =
  | { type: 'wait' }
  | { type: 'run'; trial: number; rung: number; epochs: number | null }
  | { type: 'end' };

/**
 * The rungs of a sweep. A random search has one. Successive halving (Jamieson and Talwalkar 2016; as SuccessiveHalving of one bracket
 * in Li et al. 2018, Hyperband, JMLR 18, algorithm 1) has ⌊log_η n⌋ + 1: with n trials, reduction factor η and r epochs on the first
 * rung, rung i gives ⌊n / ηⁱ⌋ trials r · ηⁱ epochs each. So each rung costs about as much as any other, and few epochs are
 * spent on what shows early that it will not do.
 *
 * A trial that gets to the next rung trains anew, for all of that rung's epochs, and does not go on from where it was: its learning
 * rate warms up and decays over the length of the run, so a run that has ended has decayed to nothing, and going on from there would
 * be another training than the one whose hyper-parameters are tried. It costs at most 1 / (η − 1) more than going on.
 */
export function planRungs(trials: number, halving: Halving | null): Rung[] {
  if (halving === null) return [{ trials, epochs: null }];
  const { reductionFactor, firstRungEpochs } = halving;
  const rungs: Rung[] = [];
  let [left, epochs] = [trials, firstRungEpochs];
  // Whole division again and again is ⌊n / ηⁱ⌋, without a logarithm that rounding could spoil.
  for (; left >= 1; left = Math.floor(left / reductionFactor), epochs *= reductionFactor) {
    rungs.push({ trials: left, epochs });
  }
  return rungs;
}

/**
 * What a sweep does now. One trial runs at a time, in the order of their numbers. When all of a rung are over, as many of those that
 * succeeded as the next rung has room for go on, the best first to be chosen; a trial that failed is left behind, and the sweep goes
 * on without it. It ends with its last rung, or with one that none has survived.
 */
export function nextStep(rungs: readonly Rung[], runs: readonly TrialRun[]): NextStep {
  if (runs.some(({ isOver }) => !isOver)) return { type: 'wait' };
  let candidates = Array.from({ length: rungs[0]?.trials ?? 0 }, (_, index) => index + 1);
  for (const [rung, { epochs }] of rungs.entries()) {
    const done = runs.filter((run) => run.rung === rung);
    const trial = candidates.find((candidate) => !done.some((run) => run.trial === candidate));
    if (trial !== undefined) return { type: 'run', trial, rung, epochs };
    candidates = rank(done)
      .filter(({ score }) => score !== null)
      .slice(0, rungs[rung + 1]?.trials ?? 0)
      .map((run) => run.trial)
      .sort((one, other) => one - other);
  }
  return { type: 'end' };
}

/**
 * Runs from the best to the worst: by validation macro-F1; of equal ones, as is usual where validation is small, by validation loss;
 * then the one of the later rung, then the one drawn first. What has no score comes last. Rungs are not told apart, as in
 * Hyperband: what measures best is best, wherever it was stopped.
 */
export function rank<Run extends TrialRun>(runs: readonly Run[]): Run[] {
  return [...runs].sort((one, other) => {
    if (one.score === null || other.score === null) {
      return Number(one.score === null) - Number(other.score === null) || byPlace(one, other);
    }
    return (
      other.score.macroF1 - one.score.macroF1 ||
      compareLosses(one.score.loss, other.score.loss) ||
      byPlace(one, other)
    );
  });
}

function compareLosses(one: number | null, other: number | null): number {
  const [first, second] = [one ?? Number.POSITIVE_INFINITY, other ?? Number.POSITIVE_INFINITY];
  // The difference of two infinities is no number.
  return first === second ? 0 : first - second;
}

function byPlace(one: TrialRun, other: TrialRun): number {
  return other.rung - one.rung || one.trial - other.trial;
}
