import { describe, expect, it } from 'vitest';
import { mostLikely } from '../../src/layoutlmv2/probability.js';
import type { UnitPrediction } from '../../src/layoutlmv2/training/evaluate.js';
import { trainLookClassifier } from '../../src/linear-classifiers/look/look-classifier.js';
import { trainTextClassifier } from '../../src/linear-classifiers/text/text-classifier.js';
import { type ChosenArchitecture, chooseArchitecture } from '../../src/training/choose-architecture.js';

const classCount = 2;
const pause = async () => {};

/** Of ten documents, fewer than any choice is made by: `confidence` in the class that each of them has. */
const sayOf = (confidence: number): UnitPrediction[] =>
  Array.from({ length: 10 }, (_, index) => {
    const label = index % classCount;
    const probabilities = Float32Array.of(1 - confidence, confidence);
    if (label === 0) probabilities.reverse();
    return { unit: String(index), label, probabilities, predicted: mostLikely(probabilities), pageCount: 1 };
  });

async function chooseFromNothing(network: number, text: number): Promise<ChosenArchitecture> {
  const byText = await trainTextClassifier(
    ['total due', 'dear sir'].map((words, label) => ({ words: words.split(' '), label })),
    classCount,
    pause,
  );
  const byLook = await trainLookClassifier(
    [0, 1].map((label) => ({ look: Float32Array.of(label, 1 - label), label })),
    classCount,
    pause,
    { seed: 1 },
  );
  return chooseArchitecture(
    { validation: sayOf(network), holdout: [] },
    {
      text: { classifier: byText, durationMs: 0, validation: sayOf(text), holdout: [] },
      look: { classifier: byLook, validation: sayOf(0.5), holdout: [] },
      classCount,
      base: null,
    },
  );
}

describe('a run that began with nothing and kept few documents back', () => {
  it('serves its text classifier, and says why', async () => {
    const { architecture, reason } = await chooseFromNothing(0.6, 0.9);
    expect(architecture).toBe('TF-IDF');
    expect(reason).toContain('a network that began with nothing needs more documents');
  });

  it('serves a network that is clearly more often right, and says why', async () => {
    const { architecture, reason } = await chooseFromNothing(0.9, 0.1);
    expect(architecture).toBe('LayoutLMv2');
    expect(reason).toContain('clearly more often right');
  });

  it('says it where what the network says are no numbers, and never that they are better', async () => {
    const { architecture, reason } = await chooseFromNothing(Number.NaN, 0.9);
    expect(architecture).toBe('LayoutLMv2');
    expect(reason).toBe('The network alone: not all that was said of the validation documents are numbers.');
  });
});
