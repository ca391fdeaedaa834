/**
 * The classifier of looks beside every network: it learns what the same training pages look like from afar, in seconds, and says of the
 * documents of validation and holdout what they are. It serves only as a member of an average.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { logitsOf } from '../layoutlmv2/calibration/temperature.js';
import { predictUnits, type ScorePages, type UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import { loadPage, type TrainingExample } from '../layoutlmv2/training/examples.js';
import { describeLook } from '../linear-classifiers/look/gradient-histograms.js';
import {
  choosePages,
  type LabelledLook,
  type LookClassifier,
  type LookModel,
  trainLookClassifier,
} from '../linear-classifiers/look/look-classifier.js';
import type { Start } from '../linear-classifiers/start.js';

export type LearntLook = {
  classifier: LookClassifier;
  validation: UnitPrediction[];
  holdout: UnitPrediction[];
};

/** @returns null where there is nothing to learn from */
export async function learnLook(options: {
  labelCount: number;
  examples: Record<'training' | 'validation' | 'holdout', readonly TrainingExample[]>;
  /** What the base model's classifier of looks has learnt, if it has one. */
  start: Start<LookModel> | undefined;
  microBatchSize: number;
  maxTokens: number;
  seed: number;
  checkCancelled: () => Promise<void>;
}): Promise<LearntLook | null> {
  const { labelCount, examples, start, microBatchSize, maxTokens, seed, checkCancelled } = options;
  if (examples.training.length === 0) return null;
  const pause = async () => {
    await letOthersRun();
    await checkCancelled();
  };
  const looks: LabelledLook[] = [];
  for (const example of choosePages(examples.training, seed)) {
    await pause();
    const { image } = await loadPage(example, maxTokens);
    looks.push({ look: describeLook(image), label: example.label });
  }
  const classifier = await trainLookClassifier(looks, labelCount, pause, { seed, start });
  const scorePages: ScorePages = async (pages) => {
    await pause();
    return classifier.predict(pages.map(({ image }) => describeLook(image))).map(logitsOf);
  };
  const predict = (part: readonly TrainingExample[]) =>
    predictUnits(scorePages, part, { microBatchSize, maxTokens });
  return {
    classifier,
    validation: await predict(examples.validation),
    holdout: await predict(examples.holdout),
  };
}
