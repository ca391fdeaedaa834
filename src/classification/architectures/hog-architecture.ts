/** Histograms of gradients and logistic regression: each page by what it looks like from afar, in milliseconds, on no engine. */
import { joinPageProbabilities } from '../../layoutlmv2/probability.js';
import { describeLook } from '../../linear-classifiers/look/gradient-histograms.js';
import { createLookClassifier } from '../../linear-classifiers/look/look-classifier.js';
import { readLookModel } from '../../linear-classifiers/look/look-model-folder.js';
import type { Architecture, Scores } from './architecture.js';

export const hogArchitecture: Architecture = {
  async load({ folder, labelCount }) {
    const model = await readLookModel(folder);
    const { classCount } = model.regression;
    if (classCount !== labelCount)
      throw new Error(`${folder} tells ${classCount} classes apart, not ${labelCount}.`);
    const classifier = createLookClassifier(model);
    const unread = { embedding: null, noneOfTheseScore: null, truncatedTokens: 0 };
    return {
      computedBy: { name: 'cpu', device: 'plain JavaScript' },
      async score(pages, { readImage }, signal) {
        const scored: Scores[] = [];
        for (const page of pages) {
          signal.throwIfAborted();
          const image = await readImage(page);
          const startedAt = performance.now();
          const [probabilities = []] = classifier.predict([describeLook(image)]);
          scored.push({ ...unread, probabilities, durationMs: performance.now() - startedAt });
        }
        const probabilities = joinPageProbabilities(scored.map((scores) => scores.probabilities));
        const durationMs = scored.reduce((sum, scores) => sum + scores.durationMs, 0);
        return { pages: scored, whole: { ...unread, probabilities, durationMs } };
      },
      dispose: async () => {},
    };
  },
};
