import { describe, expect, it } from 'vitest';
import { mostLikely } from '../../src/layoutlmv2/probability.js';
import type { UnitPrediction } from '../../src/layoutlmv2/training/evaluate.js';
import { trainLookClassifier } from '../../src/linear-classifiers/look/look-classifier.js';
import { trainTextClassifier } from '../../src/linear-classifiers/text/text-classifier.js';
import { type ChosenArchitecture, chooseArchitecture } from '../../src/training/choose-architecture.js';

const classCount = 2;
const pause = async () => {};

/** Of so many documents, `confidence` in the class that each of them has; `wrongAbout` every so manieth it is as sure of the other. */
const sayOf = (confidence: number, count = 10, wrongAbout = Number.POSITIVE_INFINITY): UnitPrediction[] =>
  Array.from({ length: count }, (_, index) => {
    const label = index % classCount;
    const probabilities = Float32Array.of(1 - confidence, confidence);
    if ((label === 0) !== (index % wrongAbout === wrongAbout - 1)) probabilities.reverse();
    return { unit: String(index), label, probabilities, predicted: mostLikely(probabilities), pageCount: 1 };
  });

const chooseFromNothing = (network: number, text: number) =>
  choose({ network: sayOf(network), text: sayOf(text), look: sayOf(0.5), base: null });

async function choose(options: {
  network: UnitPrediction[];
  text: UnitPrediction[];
  look: UnitPrediction[];
  base: Parameters<typeof chooseArchitecture>[1]['base'];
}): Promise<ChosenArchitecture> {
  const { network, text, look, base } = options;
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
    { validation: network, holdout: [] },
    {
      text: { classifier: byText, durationMs: 0, validation: text, holdout: [] },
      look: { classifier: byLook, validation: look, holdout: [] },
      classCount,
      base,
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

it('says of an average with weights that were kept where they come from', async () => {
  const count = 60;
  const memberWeights = { network: 0.5, text: 0.5, look: 0.1 };
  const members = {
    network: sayOf(0.8, count, 5),
    text: sayOf(0.8, count, 7),
    look: sayOf(0.6, count, 3),
  };
  const { architecture, reason, weights } = await choose({ ...members, base: { memberWeights } });
  expect(architecture).toBe('average');
  expect(weights).toEqual(memberWeights);
  expect(reason).toContain('with the weights of the average that the run went on from');
  // With nothing to keep they are fitted.
  const anew = await choose({ ...members, base: { memberWeights: null } });
  expect(anew.reason).not.toContain('went on from');
});
