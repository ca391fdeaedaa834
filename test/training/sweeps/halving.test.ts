import { describe, expect, it } from 'vitest';
import {
  type Halving,
  nextStep,
  planRungs,
  rank,
  type TrialRun,
  type TrialScore,
} from '../../../src/training/sweeps/halving.js';

const run = (trial: number, macroF1: number | null, more: Partial<TrialRun> & { loss?: number } = {}) => {
  const { loss = 1, ...rest } = more;
  const score: TrialScore | null = macroF1 === null ? null : { macroF1, loss };
  return { trial, rung: 0, isOver: true, score, ...rest };
};
const halving: Halving = { reductionFactor: 2, firstRungEpochs: 3 };

/** Does a sweep to its end: `score` says what a trial reaches after so many epochs. Gives the trials of each rung. */
function play(
  trials: number,
  how: Halving | null,
  score: (trial: number, epochs: number) => number | null,
): number[][] {
  const rungs = planRungs(trials, how);
  const runs: TrialRun[] = [];
  for (;;) {
    const step = nextStep(rungs, runs);
    if (step.type !== 'run') break;
    const started = run(step.trial, null, { rung: step.rung, isOver: false });
    expect(nextStep(rungs, [...runs, started])).toEqual({ type: 'wait' });
    expect(step.epochs).toBe(rungs[step.rung]?.epochs);
    runs.push(run(step.trial, score(step.trial, step.epochs ?? 1), { rung: step.rung }));
  }
  return rungs.map((_, rung) => runs.filter((each) => each.rung === rung).map(({ trial }) => trial));
}

describe('the rungs of a sweep', () => {
  it('are those of Hyperband’s bracket: 27 trials, a third each time, thrice the epochs', () => {
    expect(planRungs(27, { reductionFactor: 3, firstRungEpochs: 1 })).toEqual([
      { trials: 27, epochs: 1 },
      { trials: 9, epochs: 3 },
      { trials: 3, epochs: 9 },
      { trials: 1, epochs: 27 },
    ]);
  });

  it.each([
    [10, 3],
    [7, 2],
    [243, 3],
    [1000, 10],
    [5, 4],
  ])('have ⌊%i / %iⁱ⌋ trials each, and one at least', (trials, reductionFactor) => {
    const rungs = planRungs(trials, { reductionFactor, firstRungEpochs: 2 });
    for (const [index, rung] of rungs.entries()) {
      expect(rung.trials).toBe(Math.floor(trials / reductionFactor ** index));
      expect(rung.epochs).toBe(2 * reductionFactor ** index);
    }
    expect(Math.floor(trials / reductionFactor ** rungs.length)).toBe(0);
  });

  it('are one for a random search, which says nothing of epochs', () => {
    expect(planRungs(5, null)).toEqual([{ trials: 5, epochs: null }]);
  });
});

describe('a sweep', () => {
  it('runs all trials of a random search, one after the other', () => {
    expect(play(4, null, (trial) => trial / 10)).toEqual([[1, 2, 3, 4]]);
  });

  it('lets the best of each rung go on, and the others not', () => {
    const scores = [0.5, 0.9, 0.3, 0.7];
    expect(play(4, halving, (trial) => scores[trial - 1] ?? 0)).toEqual([[1, 2, 3, 4], [2, 4], [2]]);
  });

  it('judges a trial by its own rung: what was behind may come out ahead', () => {
    const later = (trial: number, epochs: number) => (epochs > 3 ? trial / 10 : 1 - trial / 10);
    expect(play(4, halving, later)).toEqual([[1, 2, 3, 4], [1, 2], [2]]);
  });

  it('goes on without those that fail', () => {
    expect(play(4, halving, (trial) => (trial === 2 ? 0.5 : null))).toEqual([[1, 2, 3, 4], [2], [2]]);
    expect(play(4, null, (trial) => (trial === 2 ? null : 0.5))).toEqual([[1, 2, 3, 4]]);
  });

  it('ends where none is left', () => {
    expect(play(4, halving, () => null)).toEqual([[1, 2, 3, 4], [], []]);
  });
});

describe('the order of trials', () => {
  const orderOf = (runs: TrialRun[]) => rank(runs).map(({ trial }) => trial);

  it('is by macro-F1, then by loss, then the later rung, then as they were drawn', () => {
    expect(orderOf([run(1, 0.5), run(2, 0.7), run(3, 0.6)])).toEqual([2, 3, 1]);
    expect(orderOf([run(1, 0.5, { loss: 2 }), run(2, 0.5, { loss: 1 })])).toEqual([2, 1]);
    expect(orderOf([run(1, 0.5), run(2, 0.5, { rung: 1 })])).toEqual([2, 1]);
    expect(orderOf([run(2, 0.5), run(1, 0.5)])).toEqual([1, 2]);
  });

  it('has those without a result last, and those without a loss after those with one', () => {
    expect(orderOf([run(1, null), run(2, 0), run(3, null, { rung: 1 })])).toEqual([2, 3, 1]);
    const noLoss = { ...run(1, 0.5), score: { macroF1: 0.5, loss: null } };
    expect(orderOf([noLoss, { ...noLoss, trial: 3 }, run(2, 0.5, { loss: 9 })])).toEqual([2, 1, 3]);
  });

  it('does not depend on the order in which they come', () => {
    const runs = [
      run(1, 0.5),
      run(2, null),
      run(3, 0.5, { loss: 0.1 }),
      run(4, 0.9),
      run(5, 0.5, { rung: 2 }),
    ];
    const rotated = runs.map((_, start) => [...runs.slice(start), ...runs.slice(0, start)]);
    for (const order of rotated) expect(orderOf(order)).toEqual(orderOf(runs));
  });
});
