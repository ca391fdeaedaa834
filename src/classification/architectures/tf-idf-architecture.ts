/** TF-IDF and logistic regression: from the words of all pages together, in milliseconds, on no engine. */
import { createTextClassifier } from '../../linear-classifiers/text/text-classifier.js';
import { readTextModel } from '../../linear-classifiers/text/text-model-folder.js';
import type { Architecture, Scores } from './architecture.js';

export const tfIdfArchitecture: Architecture = {
  async load({ folder, labelCount }) {
    const model = await readTextModel(folder);
    const { classCount } = model.regression;
    if (classCount !== labelCount)
      throw new Error(`${folder} tells ${classCount} classes apart, not ${labelCount}.`);
    const classifier = createTextClassifier(model);
    const scoreText = (words: readonly string[]): Scores => {
      const startedAt = performance.now();
      const [probabilities = []] = classifier.predict([words]);
      const durationMs = performance.now() - startedAt;
      return { probabilities, embedding: null, noneOfTheseScore: null, durationMs, truncatedTokens: 0 };
    };
    return {
      computedBy: { name: 'cpu', device: 'plain JavaScript' },
      async score(pages, { readTexts }, signal) {
        signal.throwIfAborted();
        const texts = await readTexts(pages);
        if (texts.length === 0) throw new Error('A document without pages cannot be classified.');
        return { pages: texts.map(scoreText), whole: scoreText(texts.flat()) };
      },
      dispose: async () => {},
    };
  },
};
