/** How long a run still learns, robust against a slow step or a machine that was busy for a while. Pure. */

type TimeLeft = {
  addStep(durationMs: number): void;
  /** At the end of an epoch: what it took in all, with its validation and the keeping of its state. */
  addEpoch(durationMs: number): void;
  /** Seconds until the last epoch has ended; null while no step has been taken. */
  secondsLeft(at: { step: number; totalSteps: number; epoch: number; totalEpochs: number }): number | null;
};

// Long enough that a few slow steps do not count, short enough to notice when the machine changes its pace.
const stepsRemembered = 31;

/**
 * The median of the last steps times the steps that are left, and what epochs take beside their steps (the median over the epochs so
 * far) times the epochs whose end is still to come.
 */
export function createTimeLeft(): TimeLeft {
  const steps: number[] = [];
  const besides: number[] = [];
  let stepsOfEpochMs = 0;
  return {
    addStep(durationMs) {
      stepsOfEpochMs += durationMs;
      steps.push(durationMs);
      if (steps.length > stepsRemembered) steps.shift();
    },
    addEpoch(durationMs) {
      besides.push(Math.max(0, durationMs - stepsOfEpochMs));
      stepsOfEpochMs = 0;
    },
    secondsLeft({ step, totalSteps, epoch, totalEpochs }) {
      const stepMs = medianOf(steps);
      if (stepMs === null) return null;
      const epochEndsLeft = totalEpochs - epoch + 1;
      return ((totalSteps - step) * stepMs + epochEndsLeft * (medianOf(besides) ?? 0)) / 1000;
    },
  };
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const [below, above] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}
