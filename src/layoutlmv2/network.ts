/**
 * The whole network: its weights as one typed tree over the checkpoint's names, and the forward pass of the document
 * classifier. It neither owns tensors nor decides how gradients are taken.
 */
import * as tf from '@tensorflow/tfjs';
import { BOTTOM_UP, backboneBlocks } from './backbone-blocks.js';
import { constantSignal, type RunBlock, type Signal, type TensorTree } from './blocks.js';
import type { LayoutLMv2Config } from './config.js';
import { type Embeddings, embed } from './embeddings.js';
import { type EncoderLayer, type PickTokens, runEncoderLayer } from './encoder.js';
import type { NetworkInputs } from './network-inputs.js';
import { type Dropout, drop } from './ops/dropout.js';
import type { LayerNorm } from './ops/layer-norm.js';
import { type Linear, linear } from './ops/multiply.js';
import { attentionBias, type RelativePosition } from './relative-position.js';
import {
  type ApplyConvolution,
  type Bottleneck,
  type Convolution,
  type FeaturePyramid,
  type NormedConvolution,
  runBottleneck,
  runFeaturePyramid,
  runStem,
} from './visual-backbone.js';

/** The weights of a document classifier; `C` is the form of the backbone's convolutions. */
export type Network<C> = {
  stem: C;
  /** All bottleneck blocks of res2 to res5, in order. */
  blocks: Bottleneck<C>[];
  pyramid: FeaturePyramid;
  embeddings: Embeddings;
  relativePosition: RelativePosition;
  layers: EncoderLayer[];
  classifier: Linear;
};

/** Arranges tensors by checkpoint name into the tree the forward pass reads. */
export function networkOf(
  config: LayoutLMv2Config,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Network<NormedConvolution> {
  return arrange(config, tensors, (name, get) => ({
    kernel: get(`${name}.weight`),
    norm: {
      weight: get(`${name}.norm.weight`),
      bias: get(`${name}.norm.bias`),
      mean: get(`${name}.norm.running_mean`),
      variance: get(`${name}.norm.running_var`),
    },
  }));
}

/** The same with folded batch norms: a convolution's tensors are its `weight` and its `bias`. */
export function foldedNetworkOf(
  config: LayoutLMv2Config,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Network<Convolution> {
  return arrange(config, tensors, (name, get) => ({
    kernel: get(`${name}.weight`),
    bias: get(`${name}.bias`),
  }));
}

function arrange<C>(
  config: LayoutLMv2Config,
  tensors: ReadonlyMap<string, tf.Tensor>,
  arrangeConvolution: (name: string, get: (name: string) => tf.Tensor) => C,
): Network<C> {
  const get = (name: string): tf.Tensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`The network has no weight "${name}".`);
    return tensor;
  };
  const pair = (name: string): Linear & LayerNorm => ({
    weight: get(`${name}.weight`),
    bias: get(`${name}.bias`),
  });
  const convolution = (name: string): C => arrangeConvolution(name, get);
  const biased = (name: string): Convolution => ({
    kernel: get(`layoutlmv2.visual.backbone.${name}.weight`),
    bias: get(`layoutlmv2.visual.backbone.${name}.bias`),
  });
  const table = (name: string): tf.Tensor => get(`layoutlmv2.embeddings.${name}_embeddings.weight`);
  const encoder = 'layoutlmv2.encoder';
  return {
    stem: convolution(`${BOTTOM_UP}.stem.conv1`),
    blocks: backboneBlocks(config.backbone).map(({ prefix, hasShortcut }) => ({
      conv1: convolution(`${prefix}.conv1`),
      conv2: convolution(`${prefix}.conv2`),
      conv3: convolution(`${prefix}.conv3`),
      ...(hasShortcut && { shortcut: convolution(`${prefix}.shortcut`) }),
    })),
    pyramid: {
      lateral2: biased('fpn_lateral2'),
      lateral3: biased('fpn_lateral3'),
      lateral4: biased('fpn_lateral4'),
      lateral5: biased('fpn_lateral5'),
      output2: biased('fpn_output2'),
    },
    embeddings: {
      word: table('word'),
      position: table('position'),
      x: table('x_position'),
      y: table('y_position'),
      height: table('h_position'),
      width: table('w_position'),
      tokenType: table('token_type'),
      textNorm: pair('layoutlmv2.embeddings.LayerNorm'),
      visualProjection: pair('layoutlmv2.visual_proj'),
      visualNorm: pair('layoutlmv2.visual_LayerNorm'),
      ...(config.hasVisualSegmentEmbedding && { visualSegment: get('layoutlmv2.visual_segment_embedding') }),
    },
    relativePosition: {
      ...(config.hasRelativeAttentionBias && { sequence: get(`${encoder}.rel_pos_bias.weight`) }),
      ...(config.hasSpatialAttentionBias && {
        horizontal: get(`${encoder}.rel_pos_x_bias.weight`),
        vertical: get(`${encoder}.rel_pos_y_bias.weight`),
      }),
    },
    layers: Array.from({ length: config.numHiddenLayers }, (_, index): EncoderLayer => {
      const layer = `${encoder}.layer.${index}`;
      const self = `${layer}.attention.self`;
      return {
        attention: config.fastQkv
          ? {
              weight: get(`${self}.qkv_linear.weight`),
              queryBias: get(`${self}.q_bias`),
              valueBias: get(`${self}.v_bias`),
            }
          : { query: pair(`${self}.query`), key: pair(`${self}.key`), value: pair(`${self}.value`) },
        attentionOutput: pair(`${layer}.attention.output.dense`),
        attentionNorm: pair(`${layer}.attention.output.LayerNorm`),
        intermediate: pair(`${layer}.intermediate.dense`),
        output: pair(`${layer}.output.dense`),
        outputNorm: pair(`${layer}.output.LayerNorm`),
      };
    }),
    classifier: pair('classifier'),
  };
}

/** How a forward pass is run. */
export type ForwardOptions<C> = {
  config: LayoutLMv2Config;
  /** Applies one of the backbone's convolutions. */
  apply: ApplyConvolution<C>;
  runBlock: RunBlock;
  dropout: Dropout;
  /**
   * Whether the last layer is computed of all tokens. The classifier reads only the first token and the visual ones, and of
   * the others it is left out by default: a twentieth of the time of a page.
   */
  wantsAllTokens?: boolean;
};

/** Results of a forward pass, and what was computed on the way. */
export type ForwardPass = {
  /** Outputs of the stem and of res2 to res5, each [pages, side, side, channels]. */
  stages: Signal<tf.Tensor4D>[];
  /** Pooled image features [pages, cells, channels]. */
  features: Signal<tf.Tensor3D>;
  /** Text and visual embeddings before dropout [pages, length, hidden]. */
  embedded: Signal<tf.Tensor3D>;
  /** Output of every encoder layer [pages, length, hidden]; of the last, [pages, 1 + cells, hidden] unless all are wanted. */
  hidden: Signal<tf.Tensor3D>[];
  /** What the classifier reads of a page, [pages, 3 * hidden]. */
  pooled: Signal<tf.Tensor2D>;
  /** [pages, labels] */
  logits: Signal<tf.Tensor2D>;
};

/** Runs the document classifier on a batch. */
export function runNetwork<C extends TensorTree>(
  network: Network<C>,
  inputs: NetworkInputs,
  options: ForwardOptions<C>,
): ForwardPass {
  const { config, runBlock, dropout, wantsAllTokens = false } = options;
  const rate = config.hiddenDropoutProb;
  const { tokens, cells, pages } = inputs.embeddings;
  const hiddenSize = config.hiddenSize;
  const visualPart = (x: tf.Tensor3D): tf.Tensor3D =>
    tf.slice(x, [0, x.shape[1] - cells, 0], [pages, cells, hiddenSize]);
  const pickRead: PickTokens = (x, axis) => {
    const part = (start: number, count: number) =>
      tf.slice(
        x,
        x.shape.map((_, at) => (at === axis ? start : 0)),
        x.shape.map((size, at) => (at === axis ? count : size)),
      );
    return tf.concat([part(0, 1), part(tokens, cells)], axis);
  };
  const lastLayer = network.layers.length - 1;

  const { stages, features } = runBackbone(network, inputs.image, options);
  const embedded = runBlock(network.embeddings, [features], (weights, image) =>
    embed(weights, inputs.embeddings, image, config.layerNormEps),
  );
  const bias = runBlock(network.relativePosition, [], (weights) =>
    attentionBias(weights, inputs.relativePosition),
  );

  // The reference computes the visual embeddings twice in training, so their two uses have dropout masks of their own.
  const initialVisual = runBlock({}, [embedded], (_, x) =>
    tf.mean<tf.Tensor2D>(drop(visualPart(x), dropout, rate, 'visual'), 1),
  );
  let x = runBlock({}, [embedded], (_, start) => drop(start, dropout, rate, 'embeddings'));
  const hidden = network.layers.map((layer, index) => {
    x = runBlock(layer, [x, bias], (weights, ...layerInputs) =>
      runEncoderLayer(weights, ...layerInputs, {
        config,
        dropout,
        site: `layer.${index}`,
        ...(index === lastLayer && !wantsAllTokens && { pick: pickRead }),
      }),
    );
    return x;
  });

  const pooled = runBlock({}, [x, initialVisual], (_, last, initial) => {
    const first = tf.reshape<tf.Rank.R2>(tf.slice(last, [0, 0, 0], [pages, 1, hiddenSize]), [
      pages,
      hiddenSize,
    ]);
    return tf.concat([first, initial, tf.mean<tf.Tensor2D>(visualPart(last), 1)], 1);
  });
  const logits = runBlock(network.classifier, [pooled], (weights, page) =>
    linear(weights, drop(page, dropout, rate, 'classifier')),
  );
  return { stages, features, embedded, hidden, pooled, logits };
}

/** Runs the visual backbone on normalised images [pages, 224, 224, 3]. */
export function runBackbone<C extends TensorTree>(
  network: Network<C>,
  image: tf.Tensor4D,
  { config, apply, runBlock }: Omit<ForwardOptions<C>, 'dropout'>,
): Pick<ForwardPass, 'stages' | 'features'> {
  let x = runBlock(network.stem, [constantSignal(image)], (stem, pixels) => runStem(stem, pixels, apply));
  const stages = [x];
  backboneBlocks(config.backbone).forEach((plan, index) => {
    const block = network.blocks[index];
    if (!block) throw new Error(`The network has no weights for the block "${plan.prefix}".`);
    x = runBlock(block, [x], (weights, map) =>
      runBottleneck(weights, plan, config.backbone.groups, map, apply),
    );
    stages[plan.stage - 1] = x;
  });
  const [, res2, res3, res4, res5] = stages;
  if (!res2 || !res3 || !res4 || !res5) throw new Error('The backbone needs its four stages res2 to res5.');
  const [rows, columns] = config.imageFeaturePoolShape;
  const features = runBlock(network.pyramid, [res2, res3, res4, res5], (pyramid, ...maps) =>
    runFeaturePyramid(pyramid, maps, [rows, columns]),
  );
  return { stages, features };
}
