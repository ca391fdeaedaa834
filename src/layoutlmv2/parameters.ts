/**
 * The list of a network's weights: names and shapes as in Hugging Face's checkpoints, and what loading, initialising and
 * optimising must know of each. It holds no numbers; it is derived from the configuration alone.
 */
import { BOTTOM_UP, backboneBlocks, STAGES, stageChannels } from './backbone-blocks.js';
import type { LayoutLMv2Config } from './config.js';

/** One weight's numbers, row-major, in the layout of the checkpoint (linear `[out, in]`, convolution `[out, in, y, x]`). */
export type Weight = { shape: readonly number[]; data: Float32Array };

/** Weights by checkpoint name. */
export type WeightMap = Map<string, Weight>;

/** How a weight starts when a network is trained from scratch. */
export type Initialiser = { kind: 'constant'; value: number } | { kind: 'normal'; std: number };

/** Where in the network a weight belongs; freezing works by these parts. */
export type ParameterPart =
  | 'embeddings'
  | 'visual-embeddings'
  | 'stem'
  | 'res2'
  | 'res3'
  | 'res4'
  | 'res5'
  | 'fpn'
  | 'encoder'
  | 'relative-position'
  | 'pooler'
  | 'classifier';

/** One weight of the network. */
export type ParameterSpec = {
  /** Name in the checkpoint, with the prefix `layoutlmv2.` (the classifier has none). */
  name: string;
  shape: readonly number[];
  /**
   * A buffer (frozen batch norm) is saved with the network but never trained, with the exception that a `norm` (its scale and
   * offset) is learnt where batch norms are live.
   */
  kind: 'parameter' | 'norm' | 'buffer';
  part: ParameterPart;
  /** Index of the encoder layer it belongs to, if it belongs to one. */
  encoderLayer?: number;
  /** Whether weight decay applies to it: not to biases, layer norms and the relative-position tables. */
  decay: boolean;
  /** Whether document classification reads it; otherwise it is only carried along so that checkpoints stay complete. */
  used: boolean;
  init: Initialiser;
};

/**
 * Starting gamma of the last batch norm of each residual block. Small, so that a deep backbone starts close to a shallow
 * one and its activations do not grow with every block.
 */
const RESIDUAL_GAMMA = 0.2;

const ZEROS: Initialiser = { kind: 'constant', value: 0 };
const ONES: Initialiser = { kind: 'constant', value: 1 };

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * All weights of a classifier with `labelCount` classes, in the order of Hugging Face's state dict. `labelCount` 0 gives
 * the network without its classifier.
 */
export function parameterSpec(config: LayoutLMv2Config, labelCount: number): ParameterSpec[] {
  return [
    ...visualSegmentSpec(config),
    ...embeddingsSpec(config),
    ...fpnSpec(config),
    ...bottomUpSpec(config),
    ...visualEmbeddingsSpec(config),
    ...Array.from({ length: config.numHiddenLayers }, (_, layer) => encoderLayerSpec(config, layer)).flat(),
    ...relativePositionSpec(config),
    ...linear(config, 'layoutlmv2.pooler.dense', config.hiddenSize, config.hiddenSize, {
      part: 'pooler',
      used: false,
    }),
    ...(labelCount > 0
      ? linear(config, 'classifier', labelCount, 3 * config.hiddenSize, { part: 'classifier' })
      : []),
  ];
}

/** Number of trainable numbers, i.e. without the buffers of the frozen batch norms. */
export function parameterCount(config: LayoutLMv2Config, labelCount: number): number {
  return parameterSpec(config, labelCount)
    .filter(({ kind }) => kind === 'parameter')
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

type Place = Pick<ParameterSpec, 'part'> & { encoderLayer?: number; used?: boolean };

/** A trained weight that decays and starts as N(0, std). */
function matrix(name: string, shape: readonly number[], std: number, place: Place): ParameterSpec {
  return { name, shape, kind: 'parameter', decay: true, init: { kind: 'normal', std }, used: true, ...place };
}

/** A trained weight without decay that starts as a constant: a bias or a layer norm's scale. */
function vector(name: string, shape: readonly number[], init: Initialiser, place: Place): ParameterSpec {
  return { name, shape, kind: 'parameter', decay: false, init, used: true, ...place };
}

function linear(
  config: LayoutLMv2Config,
  name: string,
  out: number,
  input: number,
  place: Place,
): ParameterSpec[] {
  return [
    matrix(`${name}.weight`, [out, input], config.initializerRange, place),
    vector(`${name}.bias`, [out], ZEROS, place),
  ];
}

function layerNorm(name: string, size: number, place: Place): ParameterSpec[] {
  return [vector(`${name}.weight`, [size], ONES, place), vector(`${name}.bias`, [size], ZEROS, place)];
}

function visualSegmentSpec(config: LayoutLMv2Config): ParameterSpec[] {
  if (!config.hasVisualSegmentEmbedding) return [];
  const place: Place = { part: 'visual-embeddings' };
  return [matrix('layoutlmv2.visual_segment_embedding', [config.hiddenSize], config.initializerRange, place)];
}

function embeddingsSpec(config: LayoutLMv2Config): ParameterSpec[] {
  const place: Place = { part: 'embeddings' };
  const boxRows = config.max2dPositionEmbeddings;
  const tables: [string, number, number][] = [
    ['word', config.vocabSize, config.hiddenSize],
    ['position', config.maxPositionEmbeddings, config.hiddenSize],
    ['x_position', boxRows, config.coordinateSize],
    ['y_position', boxRows, config.coordinateSize],
    ['h_position', boxRows, config.shapeSize],
    ['w_position', boxRows, config.shapeSize],
    ['token_type', config.typeVocabSize, config.hiddenSize],
  ];
  return [
    ...tables.map(([table, rows, size]) =>
      matrix(
        `layoutlmv2.embeddings.${table}_embeddings.weight`,
        [rows, size],
        config.initializerRange,
        place,
      ),
    ),
    ...layerNorm('layoutlmv2.embeddings.LayerNorm', config.hiddenSize, place),
  ];
}

function fpnSpec({ backbone }: LayoutLMv2Config): ParameterSpec[] {
  const channels = backbone.fpnChannels;
  return STAGES.flatMap(({ number: stage }) => {
    const input = stageChannels(backbone, stage);
    const lateral: Place = { part: 'fpn' };
    // Only p2 is pooled into visual tokens; the other outputs exist because detectron2 has them.
    const output: Place = { part: 'fpn', used: stage === 2 };
    const prefix = 'layoutlmv2.visual.backbone.fpn';
    return [
      matrix(`${prefix}_lateral${stage}.weight`, [channels, input, 1, 1], Math.sqrt(1 / input), lateral),
      vector(`${prefix}_lateral${stage}.bias`, [channels], ZEROS, lateral),
      matrix(
        `${prefix}_output${stage}.weight`,
        [channels, channels, 3, 3],
        Math.sqrt(1 / (9 * channels)),
        output,
      ),
      vector(`${prefix}_output${stage}.bias`, [channels], ZEROS, output),
    ];
  });
}

/** A convolution without bias, started after He, and its frozen batch norm. */
function normedConvolution(
  name: string,
  shape: readonly [number, number, number, number],
  place: Place,
  gamma: Initialiser = ONES,
): ParameterSpec[] {
  const [out, input, height, width] = shape;
  const ofNorm = (suffix: string, init: Initialiser, kind: 'norm' | 'buffer'): ParameterSpec => ({
    ...vector(`${name}.norm.${suffix}`, [out], init, place),
    kind,
  });
  return [
    matrix(`${name}.weight`, shape, Math.sqrt(2 / (input * height * width)), place),
    ofNorm('weight', gamma, 'norm'),
    ofNorm('bias', ZEROS, 'norm'),
    ofNorm('running_mean', ZEROS, 'buffer'),
    ofNorm('running_var', ONES, 'buffer'),
  ];
}

function bottomUpSpec({ backbone }: LayoutLMv2Config): ParameterSpec[] {
  const parts: Record<number, ParameterPart> = { 2: 'res2', 3: 'res3', 4: 'res4', 5: 'res5' };
  const stem = normedConvolution(`${BOTTOM_UP}.stem.conv1`, [backbone.stemChannels, 3, 7, 7], {
    part: 'stem',
  });
  const blocks = backboneBlocks(backbone).flatMap((block) => {
    const { prefix, inChannels, bottleneckChannels: bottleneck, outChannels } = block;
    const place: Place = { part: parts[block.stage] ?? 'res5' };
    const groupChannels = bottleneck / backbone.groups;
    const gamma: Initialiser = { kind: 'constant', value: RESIDUAL_GAMMA };
    return [
      ...(block.hasShortcut
        ? normedConvolution(`${prefix}.shortcut`, [outChannels, inChannels, 1, 1], place)
        : []),
      ...normedConvolution(`${prefix}.conv1`, [bottleneck, inChannels, 1, 1], place),
      ...normedConvolution(`${prefix}.conv2`, [bottleneck, groupChannels, 3, 3], place),
      ...normedConvolution(`${prefix}.conv3`, [outChannels, bottleneck, 1, 1], place, gamma),
    ];
  });
  return [...stem, ...blocks];
}

function visualEmbeddingsSpec(config: LayoutLMv2Config): ParameterSpec[] {
  const place: Place = { part: 'visual-embeddings' };
  return [
    ...linear(config, 'layoutlmv2.visual_proj', config.hiddenSize, config.backbone.fpnChannels, place),
    ...layerNorm('layoutlmv2.visual_LayerNorm', config.hiddenSize, place),
  ];
}

function encoderLayerSpec(config: LayoutLMv2Config, layer: number): ParameterSpec[] {
  const { hiddenSize, intermediateSize } = config;
  const prefix = `layoutlmv2.encoder.layer.${layer}`;
  const self = `${prefix}.attention.self`;
  const place: Place = { part: 'encoder', encoderLayer: layer };
  const queryKeyValue = config.fastQkv
    ? [
        vector(`${self}.q_bias`, [1, 1, hiddenSize], ZEROS, place),
        vector(`${self}.v_bias`, [1, 1, hiddenSize], ZEROS, place),
        matrix(`${self}.qkv_linear.weight`, [3 * hiddenSize, hiddenSize], config.initializerRange, place),
      ]
    : ['query', 'key', 'value'].flatMap((name) =>
        linear(config, `${self}.${name}`, hiddenSize, hiddenSize, place),
      );
  return [
    ...queryKeyValue,
    ...linear(config, `${prefix}.attention.output.dense`, hiddenSize, hiddenSize, place),
    ...layerNorm(`${prefix}.attention.output.LayerNorm`, hiddenSize, place),
    ...linear(config, `${prefix}.intermediate.dense`, intermediateSize, hiddenSize, place),
    ...linear(config, `${prefix}.output.dense`, hiddenSize, intermediateSize, place),
    ...layerNorm(`${prefix}.output.LayerNorm`, hiddenSize, place),
  ];
}

function relativePositionSpec(config: LayoutLMv2Config): ParameterSpec[] {
  const heads = config.numAttentionHeads;
  const table = (name: string, bins: number): ParameterSpec => ({
    ...matrix(`layoutlmv2.encoder.${name}.weight`, [heads, bins], config.initializerRange, {
      part: 'relative-position',
    }),
    // Their names end in `bias`, by which the reference library exempts them from decay.
    decay: false,
  });
  return [
    ...(config.hasRelativeAttentionBias ? [table('rel_pos_bias', config.relPosBins)] : []),
    ...(config.hasSpatialAttentionBias
      ? [table('rel_pos_x_bias', config.rel2dPosBins), table('rel_pos_y_bias', config.rel2dPosBins)]
      : []),
  ];
}
