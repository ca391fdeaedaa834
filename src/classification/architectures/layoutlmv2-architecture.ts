/** A LayoutLMv2 network: each page by itself, from its words, their boxes and its image; the pages then speak with one voice. */
import {
  noneOfTheseScore,
  type OutlierDocument,
  type OutlierPage,
} from '../../layoutlmv2/calibration/outlier-score.js';
import { openCheckpoint } from '../../layoutlmv2/checkpoints/checkpoint.js';
import { createResidentClassifier } from '../../layoutlmv2/parallel/resident-classifier.js';
import { joinPageProbabilities, softmax } from '../../layoutlmv2/probability.js';
import { createTokenizer } from '../../layoutlmv2/tokenizer/tokenizer.js';
import { joinEmbeddings, packPageEmbedding } from '../embedding.js';
import type { Architecture, LoadedClassifier, LoadOptions, Scores } from './architecture.js';

// Pages of a document encoded and scored at once: few page images in memory, and with those of other jobs enough for a batch.
const pagesAtOnce = 4;

export const layoutlmv2Architecture: Architecture = {
  load: loadNetwork,
};

async function loadNetwork({
  folder,
  labelCount,
  maxTokens,
  startEngine,
}: LoadOptions): Promise<LoadedClassifier> {
  if (maxTokens === null) throw new Error('It is not known how many tokens of a page the network reads.');
  const computedBy = await startEngine();
  // Open as long as the model is in memory, as threads that start later read the weights again.
  const checkpoint = await openCheckpoint(folder);
  try {
    const { config, readWeight, outlier } = checkpoint;
    const engine = computedBy.name;
    const classifier = await createResidentClassifier({ config, readWeight, labelCount, engine });
    const tokenizer = createTokenizer(checkpoint.tokenizer);
    const strangenessOf = (document: OutlierDocument) => outlier && noneOfTheseScore(outlier, document);
    return {
      computedBy,
      async score(pages, { encodePage }, signal) {
        const scored: Scores[] = [];
        const read: OutlierPage[] = [];
        for (let start = 0; start < pages.length; start += pagesAtOnce) {
          signal.throwIfAborted();
          const part = pages.slice(start, start + pagesAtOnce);
          const encoded = await Promise.all(part.map((page) => encodePage(page, tokenizer, { maxTokens })));
          const results = await classifier.classify(encoded);
          for (const [index, { logits, embedding, durationMs }] of results.entries()) {
            const probabilities = softmax(logits);
            read.push({ embedding });
            scored.push({
              probabilities,
              embedding: packPageEmbedding(embedding),
              noneOfTheseScore: strangenessOf({ pages: [{ embedding }], probabilities }),
              durationMs,
              truncatedTokens: encoded[index]?.truncatedTokens ?? 0,
            });
          }
        }
        const whole = joinPages(scored);
        const { probabilities } = whole;
        return {
          pages: scored,
          whole: { ...whole, noneOfTheseScore: strangenessOf({ pages: read, probabilities }) },
        };
      },
      async dispose() {
        await classifier.dispose();
        await checkpoint.close();
      },
    };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

/** Probabilities joined, times and dropped tokens added up. */
function joinPages(pages: readonly Scores[]): Omit<Scores, 'noneOfTheseScore'> {
  return {
    probabilities: joinPageProbabilities(pages.map(({ probabilities }) => probabilities)),
    embedding: joinEmbeddings(pages.flatMap(({ embedding }) => (embedding ? [embedding] : []))),
    durationMs: pages.reduce((sum, page) => sum + page.durationMs, 0),
    truncatedTokens: pages.reduce((sum, page) => sum + page.truncatedTokens, 0),
  };
}
