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

describe('a run that kept few documents back', () => {
  it('serves an average, with weights that are usual where all began with nothing, and says why', async () => {
    const { architecture, reason, weights } = await chooseFromNothing(0.6, 0.9);
    expect(architecture).toBe('average');
    expect(weights.text).toBeGreaterThan(weights.network + weights.look);
    expect(reason).toMatch(/^The average of .* usual for such a run: 10 validation documents are fewer/);
  });

  it('serves an average with the weights of the one that it went on from, and says so', async () => {
    const memberWeights = { network: 0.5, text: 0.5, look: 0.1 };
    const members = { network: sayOf(0.8), text: sayOf(0.8), look: sayOf(0.6) };
    const { architecture, reason, weights } = await choose({ ...members, base: { memberWeights } });
    expect(architecture).toBe('average');
    expect(weights).toEqual(memberWeights);
    expect(reason).toContain('Its weights are those of the average that the run went on from');
  });

  it('serves a network that is clearly more often right, and says why', async () => {
    const { architecture, reason } = await chooseFromNothing(0.9, 0.1);
    expect(architecture).toBe('LayoutLMv2');
    expect(reason).toMatch(/^The network alone: even on 10 .* clearly more often right than the average/);
  });

  it('says it where what the network says are no numbers, and never that they are better', async () => {
    const { architecture, reason } = await chooseFromNothing(Number.NaN, 0.9);
    expect(architecture).toBe('LayoutLMv2');
    expect(reason).toBe('The network alone: not all that was said of the validation documents are numbers.');
  });
});

it('says of fitted weights what they were fitted near', async () => {
  const count = 60;
  // Where one errs, the two others have it right.
  const members = {
    network: sayOf(0.8, count, 5),
    text: sayOf(0.8, count, 7),
    look: sayOf(0.8, count, 4),
  };
  const memberWeights = { network: 0.5, text: 0.5, look: 0.4 };
  const goneOn = await choose({ ...members, base: { memberWeights } });
  expect(goneOn.architecture).toBe('average');
  expect(goneOn.weights).not.toEqual(memberWeights);
  expect(goneOn.reason).toContain('fitted near those of the average that the run went on from');
  const anew = await choose({ ...members, base: { memberWeights: null } });
  expect(anew.reason).toContain('fitted near those that are usual');
});
