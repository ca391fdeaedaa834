/** From which confidence on a model may label documents by itself, judged on documents that it has not learnt. Pure. */
import { wilsonInterval } from '../layoutlmv2/metrics.js';

/** How a document fared that a model called by the label in question. */
export type JudgedAnswer = { confidence: number; isCorrect: boolean };

/** What a threshold does to the answers for one label. */
export type ThresholdFigures = {
  /** Of those that reach it, the share that is right; null when none does. */
  precision: number | null;
  /** The ends of the 95 % interval after Wilson. */
  precisionLow: number | null;
  precisionHigh: number | null;
  /** Of all answers for the label, the share that reaches it; null when there are none. */
  coverage: number | null;
  /** Answers that reach it, and all of them. */
  assigned: number;
  support: number;
};

/** With fewer answers a precision is an accident: of ten that are all right, the interval still begins at 0.72. */
export const minimumAnswers = 10;

export function figuresAt(answers: readonly JudgedAnswer[], threshold: number): ThresholdFigures {
  const assigned = answers.filter(({ confidence }) => confidence >= threshold);
  const correct = assigned.filter(({ isCorrect }) => isCorrect).length;
  const interval = wilsonInterval(correct, assigned.length);
  return {
    precision: assigned.length === 0 ? null : correct / assigned.length,
    precisionLow: interval?.low ?? null,
    precisionHigh: interval?.high ?? null,
    coverage: answers.length === 0 ? null : assigned.length / answers.length,
    assigned: assigned.length,
    support: answers.length,
  };
}

/**
 * The lowest of the answers' confidences from which on at least `targetPrecision` of the answers are right, so that as much as
 * possible is labelled without a person; null where none of at least {@link minimumAnswers} answers reaches it.
 */
export function chooseThreshold(answers: readonly JudgedAnswer[], targetPrecision: number): number | null {
  const surestFirst = [...answers].sort((left, right) => right.confidence - left.confidence);
  let chosen: number | null = null;
  let correct = 0;
  for (const [index, { confidence, isCorrect }] of surestFirst.entries()) {
    if (isCorrect) correct += 1;
    // Equal confidences stand or fall together.
    if (surestFirst[index + 1]?.confidence === confidence) continue;
    const count = index + 1;
    if (count >= minimumAnswers && correct / count >= targetPrecision) chosen = confidence;
  }
  return chosen;
}
