/**
 * The heads of self-supervised learning, which fall away afterwards: words from their places (tied to the word embeddings, as in
 * BERT), covered or not, image and text of one page or not.
 */
import type * as tf from '@tensorflow/tfjs';
import type { LayoutLMv2Config } from '../config.js';
import { gelu } from '../ops/gelu.js';
import { layerNorm } from '../ops/layer-norm.js';
import { linear } from '../ops/multiply.js';
import { elementCount, type WeightMap } from '../parameters.js';
import { createRandom, seedOf } from '../random.js';

type HeadSpec = { name: string; shape: number[]; decay: boolean; start: 'normal' | 'zeros' | 'ones' };

/** The heads' weights; names as in Hugging Face's BERT and, where it has none, after the paper's tasks. */
export function headSpec({ hiddenSize, vocabSize }: LayoutLMv2Config): HeadSpec[] {
  const matrix = (name: string, out: number): HeadSpec => ({
    name,
    shape: [out, hiddenSize],
    decay: true,
    start: 'normal',
  });
  const vector = (name: string, size: number, start: 'zeros' | 'ones'): HeadSpec => ({
    name,
    shape: [size],
    decay: false,
    start,
  });
  return [
    matrix('cls.predictions.transform.dense.weight', hiddenSize),
    vector('cls.predictions.transform.dense.bias', hiddenSize, 'zeros'),
    vector('cls.predictions.transform.LayerNorm.weight', hiddenSize, 'ones'),
    vector('cls.predictions.transform.LayerNorm.bias', hiddenSize, 'zeros'),
    vector('cls.predictions.bias', vocabSize, 'zeros'),
    matrix('cls.alignment.weight', 2),
    vector('cls.alignment.bias', 2, 'zeros'),
    matrix('cls.matching.weight', 2),
    vector('cls.matching.bias', 2, 'zeros'),
  ];
}

/** Draws the heads; the same seed gives the same. */
export function initialiseHeads(config: LayoutLMv2Config, seed: number): WeightMap {
  return new Map(
    headSpec(config).map(({ name, shape, start }) => {
      const data = new Float32Array(elementCount(shape)).fill(start === 'ones' ? 1 : 0);
      if (start === 'normal') {
        const random = createRandom(seedOf(seed, 'heads', name));
        // A sum of twelve uniform numbers is normal enough, with variance 1.
        const normal = () =>
          Array.from({ length: 12 }, () => random.uniform()).reduce((sum, x) => sum + x, -6);
        for (let index = 0; index < data.length; index++) data[index] = config.initializerRange * normal();
      }
      return [name, { shape, data }];
    }),
  );
}

/** Reads one of the heads' weights by name. */
export type HeadWeight = (name: string) => tf.Tensor;

/** Logits over the vocabulary, [rows, vocabulary], of hidden states [rows, hidden]. */
export function predictWords(
  weight: HeadWeight,
  words: tf.Tensor2D,
  hidden: tf.Tensor2D,
  epsilon: number,
): tf.Tensor2D {
  const of = (name: string) => weight(`cls.predictions.${name}`);
  const dense = { weight: of('transform.dense.weight'), bias: of('transform.dense.bias') };
  const norm = { weight: of('transform.LayerNorm.weight'), bias: of('transform.LayerNorm.bias') };
  const transformed = layerNorm(norm, gelu(linear(dense, hidden)), epsilon);
  return linear({ weight: words, bias: of('bias') }, transformed);
}

/** Logits of no and yes, [rows, 2], of hidden states [rows, hidden]. */
export function answer(
  weight: HeadWeight,
  question: 'alignment' | 'matching',
  hidden: tf.Tensor2D,
): tf.Tensor2D {
  return linear({ weight: weight(`cls.${question}.weight`), bias: weight(`cls.${question}.bias`) }, hidden);
}
