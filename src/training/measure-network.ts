/**
 * What a trained network says of documents that it has not learnt, and what documents of none of its labels are told by later: how far
 * pages that it has learnt lie apart, and how strange documents of the validation look beside these. Nothing of the holdout is in that.
 */
import {
  fitOutlierModel,
  MOST_TRAINING_PAGES,
  type OutlierModel,
  type OutlierPage,
} from '../layoutlmv2/calibration/outlier-score.js';
import { createPageClassifier, type PageClassifier } from '../layoutlmv2/classifier.js';
import { createRandom, seedOf, shuffled } from '../layoutlmv2/random.js';
import { chunk } from '../layoutlmv2/training/batches.js';
import { predictUnits, type ScorePages, type UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import { loadPage, type TrainingExample } from '../layoutlmv2/training/examples.js';
import { groupBy } from '../shared/group-by.js';
import type { Network } from './prepare-network.js';

type SaidByNetwork = {
  validation: UnitPrediction[];
  holdout: UnitPrediction[];
  /** Null where too few documents are known to tell strangers from. */
  outlier: OutlierModel | null;
};

/** @param options.network with the weights that it has learnt */
export async function measureNetwork(options: {
  network: Network;
  labelIds: readonly string[];
  examples: Record<'training' | 'validation' | 'holdout', readonly TrainingExample[]>;
  microBatchSize: number;
  maxTokens: number;
  seed: number;
  checkCancelled: () => Promise<void>;
}): Promise<SaidByNetwork> {
  const { network, labelIds, examples, seed, checkCancelled, ...scoring } = options;
  const classifier = createPageClassifier({ ...network, labelCount: labelIds.length });
  const predict = async (part: readonly TrainingExample[], keep: KeepEmbedding) => {
    const scorePages: ScorePages = async (pages, ofPages) => {
      await checkCancelled();
      const results = await classifier.classify(pages, { batchSize: scoring.microBatchSize });
      for (const [index, { embedding }] of results.entries()) keep(ofPages[index]?.unit ?? '', { embedding });
      return results.map(({ logits }) => logits);
    };
    return await predictUnits(scorePages, part, scoring);
  };
  try {
    const holdout = await predict(examples.holdout, () => {});
    const pagesOf = new Map<string, OutlierPage[]>();
    const validation = await predict(examples.validation, (unit, page) => {
      pagesOf.set(unit, [...(pagesOf.get(unit) ?? []), page]);
    });
    const known = validation.map(({ unit, probabilities }) => ({
      pages: pagesOf.get(unit) ?? [],
      probabilities,
    }));
    const training = await embed(classifier, sample(examples.training, seed), scoring, checkCancelled);
    return { validation, holdout, outlier: fitOutlierModel({ training, known }) };
  } finally {
    classifier.dispose();
  }
}

type KeepEmbedding = (unit: string, page: OutlierPage) => void;

async function embed(
  classifier: PageClassifier,
  examples: readonly TrainingExample[],
  { microBatchSize, maxTokens }: { microBatchSize: number; maxTokens: number },
  checkCancelled: () => Promise<void>,
): Promise<(OutlierPage & { label: number })[]> {
  const embedded: (OutlierPage & { label: number })[] = [];
  for (const part of chunk(examples, microBatchSize)) {
    await checkCancelled();
    const pages = await Promise.all(part.map((example) => loadPage(example, maxTokens)));
    const results = await classifier.classify(pages, { batchSize: microBatchSize });
    for (const [index, { embedding }] of results.entries())
      embedded.push({ embedding, label: part[index]?.label ?? -1 });
  }
  return embedded;
}

/** As many pages of each label, drawn by the seed: a label of which none is drawn would be strange for ever. */
function sample(examples: readonly TrainingExample[], seed: number): TrainingExample[] {
  const byLabel = groupBy(shuffled(examples, createRandom(seedOf(seed, 'outliers'))), ({ label }) => label);
  const ofEach = Math.ceil(MOST_TRAINING_PAGES / Math.max(1, byLabel.size));
  return [...byLabel.values()].flatMap((ofLabel) => ofLabel.slice(0, ofEach));
}
