/** Lets a classifier judge pages it may have never seen, and joins them to units: validation in training, and the holdout after it. */

import type { EncodedPage } from '../encoded-page.js';
import { accuracyOf, confusionMatrix, macroF1Of, meanCrossEntropy } from '../metrics.js';
import { joinPageProbabilities, mostLikely, softmax } from '../probability.js';
import { chunk } from './batches.js';
import { loadPage, type TrainingExample } from './examples.js';

/** Gives the logits of each page, in order; dropout is off. `examples` are those the pages belong to. */
export type ScorePages = (
  pages: readonly EncodedPage[],
  examples: readonly TrainingExample[],
) => Promise<readonly ArrayLike<number>[]>;

/** What the classifier says of one unit, and what it truly is. */
export type UnitPrediction = {
  unit: string;
  label: number;
  /** By class. */
  probabilities: Float32Array;
  predicted: number;
  pageCount: number;
};

/** How many micro-batches of pages are loaded at once, to put those of similar length together. */
const MICRO_BATCHES_PER_WINDOW = 8;

/** Pages that go through the network at once, and the most tokens a page may have. */
type ScoringOptions = { microBatchSize: number; maxTokens: number };

/**
 * Scores every page and joins the pages of each unit by {@link joinPageProbabilities}. Units come in the order of their first pages.
 *
 * @throws Error if two pages of one unit have different classes.
 */
export async function predictUnits(
  scorePages: ScorePages,
  examples: readonly TrainingExample[],
  options: ScoringOptions,
): Promise<UnitPrediction[]> {
  const scoring = scoreUnits(scorePages, examples, options);
  for (;;) {
    const next = await scoring.next();
    if (next.done) return next.value;
  }
}

/** As {@link predictUnits}, pausing after each micro-batch. */
export async function* scoreUnits(
  scorePages: ScorePages,
  examples: readonly TrainingExample[],
  { microBatchSize, maxTokens }: ScoringOptions,
): AsyncGenerator<void, UnitPrediction[], void> {
  const units = groupByUnit(examples);
  for (const window of chunk(examples, microBatchSize * MICRO_BATCHES_PER_WINDOW)) {
    const loaded = await Promise.all(
      window.map(async (example) => ({ example, page: await loadPage(example, maxTokens) })),
    );
    loaded.sort((left, right) => left.page.inputIds.length - right.page.inputIds.length);
    for (const microBatch of chunk(loaded, microBatchSize)) {
      const logits = await scorePages(
        microBatch.map(({ page }) => page),
        microBatch.map(({ example }) => example),
      );
      for (const [index, { example }] of microBatch.entries()) {
        const row = logits[index];
        if (row === undefined)
          throw new Error(`The classifier gave no logits for page ${index} of its batch.`);
        units.get(example.unit)?.pages.push(Float32Array.from(softmax(row)));
      }
      yield;
    }
  }
  return Array.from(units, ([unit, { label, pages }]) => {
    const probabilities = joinPageProbabilities(pages);
    return { unit, label, probabilities, predicted: mostLikely(probabilities), pageCount: pages.length };
  });
}

function groupByUnit(
  examples: readonly TrainingExample[],
): Map<string, { label: number; pages: Float32Array[] }> {
  const units = new Map<string, { label: number; pages: Float32Array[] }>();
  for (const { unit, label } of examples) {
    const known = units.get(unit);
    if (known === undefined) units.set(unit, { label, pages: [] });
    else if (known.label !== label) {
      throw new Error(`The pages of unit ${unit} have two classes, ${known.label} and ${label}.`);
    }
  }
  return units;
}

/** Loss, accuracy and macro-F1 over units; null without units, and where any of their probabilities is no number. */
export function summariseUnits(
  units: readonly UnitPrediction[],
  classCount: number,
): { loss: number | null; accuracy: number | null; macroF1: number | null } {
  if (!units.every(({ probabilities }) => probabilities.every(Number.isFinite))) {
    return { loss: null, accuracy: null, macroF1: null };
  }
  const actual = units.map(({ label }) => label);
  const matrix = confusionMatrix(
    actual,
    units.map(({ predicted }) => predicted),
    classCount,
  );
  return {
    loss: meanCrossEntropy(
      units.map(({ probabilities }) => probabilities),
      actual,
    ),
    accuracy: accuracyOf(matrix),
    macroF1: macroF1Of(matrix),
  };
}
