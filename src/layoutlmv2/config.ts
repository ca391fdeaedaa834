/**
 * The configuration of a LayoutLMv2 network: the fields of Hugging Face's `config.json` that change a computation or a
 * weight's shape, with that library's defaults. It knows nothing of training settings.
 */

/** Blocks per residual stage (res2, res3, res4, res5). */
type BlocksPerStage = readonly [number, number, number, number];

type Triple = readonly [number, number, number];

/** detectron2's ResNet depths that are built of bottleneck blocks, and their blocks per stage. */
const BLOCKS_OF_DEPTH: ReadonlyMap<number, BlocksPerStage> = new Map([
  [50, [3, 4, 6, 3]],
  [101, [3, 4, 23, 3]],
  [152, [3, 8, 36, 3]],
]);

/** The ResNeXt-FPN that looks at the page image; the field names follow detectron2's keys. */
export type BackboneConfig = {
  /** Number of layers in detectron2's count: 50, 101 or 152. It determines `blocksPerStage`. */
  depth: number;
  blocksPerStage: BlocksPerStage;
  /** Groups of the 3x3 convolutions. */
  groups: number;
  /** Channels of one group in res2; doubled at every further stage. */
  widthPerGroup: number;
  stemChannels: number;
  /** Output channels of res2; doubled at every further stage. */
  res2Channels: number;
  fpnChannels: number;
  /** Subtracted from, and then dividing, the pixels; blue, green, red. */
  pixelMean: Triple;
  pixelStd: Triple;
  /** How many stages stay frozen in training: 0 none, 1 the stem, 2 the stem and res2, ... 5 up to res5. */
  freezeAt: number;
};

/** A LayoutLMv2 network without its classes; fields as in Hugging Face's `config.json`, in camel case. */
export type LayoutLMv2Config = {
  vocabSize: number;
  hiddenSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  intermediateSize: number;
  hiddenDropoutProb: number;
  attentionProbsDropoutProb: number;
  maxPositionEmbeddings: number;
  typeVocabSize: number;
  initializerRange: number;
  layerNormEps: number;
  padTokenId: number;
  max2dPositionEmbeddings: number;
  coordinateSize: number;
  shapeSize: number;
  maxRelPos: number;
  relPosBins: number;
  maxRel2dPos: number;
  rel2dPosBins: number;
  /** Query, key and value in one matrix (base) or in three (large). */
  fastQkv: boolean;
  hasRelativeAttentionBias: boolean;
  hasSpatialAttentionBias: boolean;
  hasVisualSegmentEmbedding: boolean;
  /** Rows and columns of the pooled image grid and its channels. */
  imageFeaturePoolShape: Triple;
  backbone: BackboneConfig;
};

/** Side of the finest feature map, p2: the image side 224 over its stride 4. */
export const P2_SIDE = 56;

/** Largest count accepted for any size: far above every published model, far below what would exhaust memory by itself. */
const MAX_COUNT = 4_000_000;

/** Boxes run from 0 to 1000, so every box table needs this many rows. */
const BOX_VALUES = 1001;

type JsonObject = Readonly<Record<string, unknown>>;

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(key: string, expected: string, found: unknown): Error {
  return new Error(`LayoutLMv2 config: "${key}" must be ${expected}, found ${JSON.stringify(found)}.`);
}

/** Typed access to the keys of a JSON object; an absent key gives the default, a wrong value an error that names it. */
function createReader(json: JsonObject) {
  function read<T>(key: string, fallback: T, expected: string, accepts: (value: unknown) => value is T): T {
    const value = json[key];
    if (value === undefined) return fallback;
    if (!accepts(value)) throw fault(key, expected, value);
    return value;
  }
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  return {
    count: (key: string, fallback: number, minimum = 1): number =>
      read(
        key,
        fallback,
        `an integer from ${minimum} to ${MAX_COUNT}`,
        (value): value is number =>
          isNumber(value) && Number.isInteger(value) && value >= minimum && value <= MAX_COUNT,
      ),
    probability: (key: string, fallback: number): number =>
      read(
        key,
        fallback,
        'a number from 0 to below 1',
        (value): value is number => isNumber(value) && value >= 0 && value < 1,
      ),
    positive: (key: string, fallback: number): number =>
      read(key, fallback, 'a positive number', (value): value is number => isNumber(value) && value > 0),
    flag: (key: string, fallback: boolean): boolean =>
      read(key, fallback, 'true or false', (value): value is boolean => typeof value === 'boolean'),
    triple: (key: string, fallback: Triple): Triple =>
      read(
        key,
        fallback,
        'a list of three numbers',
        (value): value is Triple => Array.isArray(value) && value.length === 3 && value.every(isNumber),
      ),
    /** A key of which only one value is implemented: any other one would silently compute something else. */
    only: (key: string, supported: string | boolean | readonly string[]): void => {
      const value = json[key];
      if (value === undefined || JSON.stringify(value) === JSON.stringify(supported)) return;
      throw fault(key, `${JSON.stringify(supported)} (nothing else is implemented)`, value);
    },
  };
}

const STAGES = ['res2', 'res3', 'res4', 'res5'] as const;

function parseBackbone(json: JsonObject): BackboneConfig {
  const read = createReader(json);
  read.only('MODEL.BACKBONE.NAME', 'build_resnet_fpn_backbone');
  read.only('MODEL.RESNETS.STRIDE_IN_1X1', false);
  read.only('MODEL.RESNETS.NORM', 'FrozenBN');
  read.only('MODEL.RESNETS.OUT_FEATURES', STAGES);
  read.only('MODEL.FPN.IN_FEATURES', STAGES);
  read.only('MODEL.FPN.NORM', '');
  read.only('MODEL.FPN.FUSE_TYPE', 'sum');
  const depth = read.count('MODEL.RESNETS.DEPTH', 101);
  const blocksPerStage = BLOCKS_OF_DEPTH.get(depth);
  if (!blocksPerStage) {
    throw fault('MODEL.RESNETS.DEPTH', `one of ${[...BLOCKS_OF_DEPTH.keys()].join(', ')}`, depth);
  }
  const pixelStd = read.triple('MODEL.PIXEL_STD', [57.375, 57.12, 58.395]);
  if (pixelStd.some((std) => std <= 0)) throw fault('MODEL.PIXEL_STD', 'three positive numbers', pixelStd);
  const freezeAt = read.count('MODEL.BACKBONE.FREEZE_AT', 2, 0);
  if (freezeAt > 5) throw fault('MODEL.BACKBONE.FREEZE_AT', 'an integer from 0 to 5', freezeAt);
  return {
    depth,
    blocksPerStage,
    groups: read.count('MODEL.RESNETS.NUM_GROUPS', 32),
    widthPerGroup: read.count('MODEL.RESNETS.WIDTH_PER_GROUP', 8),
    stemChannels: read.count('MODEL.RESNETS.STEM_OUT_CHANNELS', 64),
    res2Channels: read.count('MODEL.RESNETS.RES2_OUT_CHANNELS', 256),
    fpnChannels: read.count('MODEL.FPN.OUT_CHANNELS', 256),
    pixelMean: read.triple('MODEL.PIXEL_MEAN', [103.53, 116.28, 123.675]),
    pixelStd,
    freezeAt,
  };
}

function assertConsistent(config: LayoutLMv2Config): void {
  const { hiddenSize, numAttentionHeads, coordinateSize, shapeSize, backbone } = config;
  if (hiddenSize % numAttentionHeads !== 0) {
    throw fault('num_attention_heads', `a divisor of "hidden_size" ${hiddenSize}`, numAttentionHeads);
  }
  if (4 * coordinateSize + 2 * shapeSize !== hiddenSize) {
    throw fault(
      'coordinate_size',
      `such that 4 * coordinate_size + 2 * shape_size (${shapeSize}) is "hidden_size" ${hiddenSize}`,
      coordinateSize,
    );
  }
  if (config.max2dPositionEmbeddings < BOX_VALUES) {
    throw fault(
      'max_2d_position_embeddings',
      `at least ${BOX_VALUES}, as boxes run from 0 to 1000`,
      config.max2dPositionEmbeddings,
    );
  }
  for (const [key, bins, farKey, far] of [
    ['rel_pos_bins', config.relPosBins, 'max_rel_pos', config.maxRelPos],
    ['rel_2d_pos_bins', config.rel2dPosBins, 'max_rel_2d_pos', config.maxRel2dPos],
  ] as const) {
    if (bins % 4 !== 0) throw fault(key, 'a multiple of 4', bins);
    if (far <= bins / 4) throw fault(farKey, `above a quarter of "${key}" ${bins}`, far);
  }
  const [rows, columns, channels] = config.imageFeaturePoolShape;
  const divides = (cells: number): boolean => Number.isInteger(cells) && cells >= 1 && P2_SIDE % cells === 0;
  if (!divides(rows) || !divides(columns) || channels !== backbone.fpnChannels) {
    throw fault(
      'image_feature_pool_shape',
      `two divisors of ${P2_SIDE} and the ${backbone.fpnChannels} channels of MODEL.FPN.OUT_CHANNELS`,
      config.imageFeaturePoolShape,
    );
  }
  if (config.maxPositionEmbeddings < rows * columns) {
    throw fault(
      'max_position_embeddings',
      `at least the ${rows * columns} image cells`,
      config.maxPositionEmbeddings,
    );
  }
  if (config.padTokenId >= config.vocabSize) {
    throw fault('pad_token_id', `below "vocab_size" ${config.vocabSize}`, config.padTokenId);
  }
}

/**
 * Reads a `config.json` of Hugging Face's LayoutLMv2 or LayoutXLM. Absent keys get that library's defaults (the published base model
 * has neither `has_*` keys nor `detectron2_config_args`); unknown keys are ignored.
 *
 * @throws Error naming the key and the value, if a value is of the wrong kind, out of range, contradicts another one or
 * asks for something that is not implemented.
 */
export function parseConfig(json: unknown): LayoutLMv2Config {
  if (!isJsonObject(json)) throw fault('config.json', 'a JSON object', json);
  const read = createReader(json);
  // LayoutXLM is the same network; its published configuration calls itself LayoutLMv2, newer ones by their own name.
  if (json.model_type !== 'layoutxlm') read.only('model_type', 'layoutlmv2');
  read.only('hidden_act', 'gelu');
  const detectron2 = json.detectron2_config_args ?? {};
  if (!isJsonObject(detectron2)) throw fault('detectron2_config_args', 'an object', detectron2);
  const backbone = parseBackbone(detectron2);
  const config: LayoutLMv2Config = {
    vocabSize: read.count('vocab_size', 30522),
    hiddenSize: read.count('hidden_size', 768),
    numHiddenLayers: read.count('num_hidden_layers', 12),
    numAttentionHeads: read.count('num_attention_heads', 12),
    intermediateSize: read.count('intermediate_size', 3072),
    hiddenDropoutProb: read.probability('hidden_dropout_prob', 0.1),
    attentionProbsDropoutProb: read.probability('attention_probs_dropout_prob', 0.1),
    maxPositionEmbeddings: read.count('max_position_embeddings', 512),
    typeVocabSize: read.count('type_vocab_size', 2),
    initializerRange: read.positive('initializer_range', 0.02),
    layerNormEps: read.positive('layer_norm_eps', 1e-12),
    padTokenId: read.count('pad_token_id', 0, 0),
    max2dPositionEmbeddings: read.count('max_2d_position_embeddings', 1024),
    coordinateSize: read.count('coordinate_size', 128),
    shapeSize: read.count('shape_size', 128),
    maxRelPos: read.count('max_rel_pos', 128),
    relPosBins: read.count('rel_pos_bins', 32),
    maxRel2dPos: read.count('max_rel_2d_pos', 256),
    rel2dPosBins: read.count('rel_2d_pos_bins', 64),
    fastQkv: read.flag('fast_qkv', true),
    hasRelativeAttentionBias: read.flag('has_relative_attention_bias', true),
    hasSpatialAttentionBias: read.flag('has_spatial_attention_bias', true),
    hasVisualSegmentEmbedding: read.flag('has_visual_segment_embedding', false),
    imageFeaturePoolShape: read.triple('image_feature_pool_shape', [7, 7, backbone.fpnChannels]),
    backbone,
  };
  assertConsistent(config);
  return config;
}

/**
 * The class names of a `config.json`, in the order of the classifier's rows; `undefined` if it names none, as in a
 * checkpoint that was only pre-trained.
 *
 * @throws Error if `id2label` does not number its labels 0, 1, 2, ... or names one twice.
 */
export function labelsOf(json: unknown): readonly string[] | undefined {
  if (!isJsonObject(json)) throw fault('config.json', 'a JSON object', json);
  const id2label = json.id2label;
  if (id2label === undefined || id2label === null) return undefined;
  if (!isJsonObject(id2label)) throw fault('id2label', 'an object from row number to label', id2label);
  const labels = Object.keys(id2label).map((_, row) => {
    const label = id2label[String(row)];
    if (typeof label !== 'string') throw fault(`id2label.${row}`, 'the name of a label', label ?? null);
    return label;
  });
  assertDistinct(labels);
  return labels;
}

function assertDistinct(labels: readonly string[]): void {
  const repeated = labels.find((label, row) => labels.indexOf(label) !== row);
  if (repeated !== undefined) throw fault('id2label', 'a list of distinct labels', repeated);
}

/**
 * A `config.json` object that Hugging Face's `LayoutLMv2ForSequenceClassification` loads unchanged. `detectron2_config_args`
 * is complete, because that library builds the whole detector before it takes the backbone out of it.
 *
 * @param labels names of the classes in the order of the classifier's rows
 */
export function serializeConfig(
  config: LayoutLMv2Config,
  labels: readonly string[],
): Record<string, unknown> {
  assertDistinct(labels);
  return {
    architectures: ['LayoutLMv2ForSequenceClassification'],
    model_type: 'layoutlmv2',
    problem_type: 'single_label_classification',
    id2label: Object.fromEntries(labels.map((label, row) => [String(row), label])),
    label2id: Object.fromEntries(labels.map((label, row) => [label, row])),
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    intermediate_size: config.intermediateSize,
    hidden_act: 'gelu',
    hidden_dropout_prob: config.hiddenDropoutProb,
    attention_probs_dropout_prob: config.attentionProbsDropoutProb,
    max_position_embeddings: config.maxPositionEmbeddings,
    type_vocab_size: config.typeVocabSize,
    initializer_range: config.initializerRange,
    layer_norm_eps: config.layerNormEps,
    pad_token_id: config.padTokenId,
    max_2d_position_embeddings: config.max2dPositionEmbeddings,
    coordinate_size: config.coordinateSize,
    shape_size: config.shapeSize,
    max_rel_pos: config.maxRelPos,
    rel_pos_bins: config.relPosBins,
    max_rel_2d_pos: config.maxRel2dPos,
    rel_2d_pos_bins: config.rel2dPosBins,
    fast_qkv: config.fastQkv,
    has_relative_attention_bias: config.hasRelativeAttentionBias,
    has_spatial_attention_bias: config.hasSpatialAttentionBias,
    has_visual_segment_embedding: config.hasVisualSegmentEmbedding,
    image_feature_pool_shape: [...config.imageFeaturePoolShape],
    convert_sync_batchnorm: true,
    detectron2_config_args: serializeBackbone(config.backbone),
  };
}

function serializeBackbone(backbone: BackboneConfig): Record<string, unknown> {
  const anchorSizes = [[32], [64], [128], [256], [512]];
  return {
    'MODEL.BACKBONE.NAME': 'build_resnet_fpn_backbone',
    'MODEL.BACKBONE.FREEZE_AT': backbone.freezeAt,
    'MODEL.PIXEL_MEAN': [...backbone.pixelMean],
    'MODEL.PIXEL_STD': [...backbone.pixelStd],
    'MODEL.RESNETS.DEPTH': backbone.depth,
    'MODEL.RESNETS.NUM_GROUPS': backbone.groups,
    'MODEL.RESNETS.WIDTH_PER_GROUP': backbone.widthPerGroup,
    'MODEL.RESNETS.STEM_OUT_CHANNELS': backbone.stemChannels,
    'MODEL.RESNETS.RES2_OUT_CHANNELS': backbone.res2Channels,
    'MODEL.RESNETS.STRIDE_IN_1X1': false,
    'MODEL.RESNETS.OUT_FEATURES': [...STAGES],
    'MODEL.FPN.IN_FEATURES': [...STAGES],
    'MODEL.FPN.OUT_CHANNELS': backbone.fpnChannels,
    // The detector around the backbone: never run, but it must be constructible.
    'MODEL.MASK_ON': true,
    'MODEL.RESNETS.SIZES': anchorSizes,
    'MODEL.RESNETS.ASPECT_RATIOS': [[0.5, 1.0, 2.0]],
    'MODEL.ANCHOR_GENERATOR.SIZES': anchorSizes,
    'MODEL.RPN.IN_FEATURES': ['p2', 'p3', 'p4', 'p5', 'p6'],
    'MODEL.RPN.PRE_NMS_TOPK_TRAIN': 2000,
    'MODEL.RPN.PRE_NMS_TOPK_TEST': 1000,
    'MODEL.RPN.POST_NMS_TOPK_TRAIN': 1000,
    'MODEL.POST_NMS_TOPK_TEST': 1000,
    'MODEL.ROI_HEADS.NAME': 'StandardROIHeads',
    'MODEL.ROI_HEADS.NUM_CLASSES': 5,
    'MODEL.ROI_HEADS.IN_FEATURES': ['p2', 'p3', 'p4', 'p5'],
    'MODEL.ROI_BOX_HEAD.NAME': 'FastRCNNConvFCHead',
    'MODEL.ROI_BOX_HEAD.NUM_FC': 2,
    'MODEL.ROI_BOX_HEAD.POOLER_RESOLUTION': 14,
    'MODEL.ROI_MASK_HEAD.NAME': 'MaskRCNNConvUpsampleHead',
    'MODEL.ROI_MASK_HEAD.NUM_CONV': 4,
    'MODEL.ROI_MASK_HEAD.POOLER_RESOLUTION': 7,
  };
}

/** Number of visual tokens: the cells of the pooled image grid. */
export function visualTokenCount(config: LayoutLMv2Config): number {
  const [rows, columns] = config.imageFeaturePoolShape;
  return rows * columns;
}
