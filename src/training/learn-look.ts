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
  refitLookClassifier,
  trainLookClassifier,
} from '../linear-classifiers/look/look-classifier.js';
import type { Start } from '../linear-classifiers/start.js';

export type LearntLook = {
  /** It has learnt the validation documents as well. */
  classifier: LookClassifier;
  /** What one says that has not learnt them, but is else the same. */
  validation: UnitPrediction[];
  /** What `classifier` says. */
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
  const known = new Map<TrainingExample, LabelledLook>();
  const look = async (example: TrainingExample): Promise<LabelledLook> => {
    const before = known.get(example);
    if (before) return before;
    await pause();
    const { image } = await loadPage(example, maxTokens);
    const labelled = { look: describeLook(image), label: example.label };
    known.set(example, labelled);
    return labelled;
  };
  const choose = async (all: readonly TrainingExample[]) => {
    const looks: LabelledLook[] = [];
    for (const example of choosePages(all, seed)) looks.push(await look(example));
    return looks;
  };
  const judged = await trainLookClassifier(await choose(examples.training), labelCount, pause, {
    seed,
    start,
  });
  // Nothing here has to know when to stop, so what judged can be learnt: learn-text.ts has what that makes of an average.
  const classifier =
    examples.validation.length === 0
      ? judged
      : await refitLookClassifier(
          judged,
          await choose([...examples.training, ...examples.validation]),
          pause,
          { start },
        );
  const predict = (by: LookClassifier, part: readonly TrainingExample[]) => {
    const scorePages: ScorePages = async (pages) => {
      await pause();
      return by.predict(pages.map(({ image }) => describeLook(image))).map(logitsOf);
    };
    return predictUnits(scorePages, part, { microBatchSize, maxTokens });
  };
  return {
    classifier,
    validation: await predict(judged, examples.validation),
    holdout: await predict(classifier, examples.holdout),
  };
}
