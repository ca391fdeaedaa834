import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { labelsOf, parseConfig, serializeConfig } from '../../src/layoutlmv2/config.js';
import { forwardCost, forwardFlops } from '../../src/layoutlmv2/cost.js';
import { FREEZING_PRESETS, trainableParameters } from '../../src/layoutlmv2/freezing.js';
import { modelConfig } from '../../src/layoutlmv2/model-sizes.js';
import { elementCount, parameterCount, parameterSpec } from '../../src/layoutlmv2/parameters.js';

const readText = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const tinyJson: unknown = JSON.parse(readText('tiny_config.json'));

/** The config.json of the published base model has neither switches, nor a backbone, nor labels. */
const publishedBase = {
  model_type: 'layoutlmv2',
  hidden_size: 768,
  num_hidden_layers: 12,
  vocab_size: 30522,
  fast_qkv: true,
  image_feature_pool_shape: [7, 7, 256],
  gradient_checkpointing: false,
};

const base = parseConfig(publishedBase);

describe('reading a config.json', () => {
  it('supplies what the published base model leaves out', () => {
    expect(base).toMatchObject({
      layerNormEps: 1e-12,
      hasRelativeAttentionBias: true,
      hasSpatialAttentionBias: true,
      hasVisualSegmentEmbedding: false,
    });
    expect(base.backbone).toEqual({
      depth: 101,
      blocksPerStage: [3, 4, 23, 3],
      groups: 32,
      widthPerGroup: 8,
      stemChannels: 64,
      res2Channels: 256,
      fpnChannels: 256,
      pixelMean: [103.53, 116.28, 123.675],
      pixelStd: [57.375, 57.12, 58.395],
      freezeAt: 2,
    });
    expect(labelsOf(publishedBase)).toBeUndefined();
  });

  it('reads the backbone and the labels of a fine-tuned model', () => {
    const { backbone } = parseConfig(tinyJson);
    expect(backbone).toMatchObject({
      blocksPerStage: [3, 4, 6, 3],
      groups: 4,
      stemChannels: 8,
      fpnChannels: 16,
    });
    expect(labelsOf(tinyJson)).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2', 'LABEL_3', 'LABEL_4']);
  });

  it.each([
    [{ hidden_size: '768' }, /"hidden_size" must be an integer from 1 .* found "768"/],
    [{ hidden_size: 0 }, /"hidden_size".*found 0/],
    [{ hidden_dropout_prob: 1 }, /"hidden_dropout_prob".*found 1/],
    [{ fast_qkv: 'yes' }, /"fast_qkv" must be true or false, found "yes"/],
    [{ num_attention_heads: 7 }, /"num_attention_heads".*divisor of "hidden_size" 768.*found 7/],
    [{ coordinate_size: 100 }, /"coordinate_size".*768.*found 100/],
    [{ max_2d_position_embeddings: 1000 }, /"max_2d_position_embeddings".*1001.*found 1000/],
    [{ hidden_act: 'gelu_new' }, /"hidden_act".*found "gelu_new"/],
    [{ model_type: 'layoutlmv3' }, /"model_type".*found "layoutlmv3"/],
    [{ image_feature_pool_shape: [7, 6, 256] }, /"image_feature_pool_shape".*found \[7,6,256\]/],
    [{ image_feature_pool_shape: [1.75, 7, 256] }, /"image_feature_pool_shape"/],
    [{ rel_pos_bins: 30 }, /"rel_pos_bins".*found 30/],
    [
      { detectron2_config_args: { 'MODEL.RESNETS.DEPTH': 26 } },
      /DEPTH" must be one of 50, 101, 152, found 26/,
    ],
    [{ detectron2_config_args: { 'MODEL.RESNETS.NORM': 'BN' } }, /NORM.*FrozenBN.*found "BN"/],
    [{ detectron2_config_args: { 'MODEL.PIXEL_STD': [1, 0, 1] } }, /PIXEL_STD.*found \[1,0,1\]/],
    [{ detectron2_config_args: [] }, /"detectron2_config_args"/],
    ['{}', /"config.json" must be a JSON object/],
  ])('refuses %j and says why', (json, message) => {
    expect(() => parseConfig(json)).toThrow(message);
  });

  it('refuses labels that are not numbered or not distinct', () => {
    expect(() => labelsOf({ id2label: { '0': 'invoice', '2': 'letter' } })).toThrow(/id2label.1/);
    expect(() => labelsOf({ id2label: { '0': 'invoice', '1': 'invoice' } })).toThrow(/distinct/);
  });
});

describe('the configuration of LayoutXLM', () => {
  // As published: what it sets otherwise than LayoutLMv2.
  const published = {
    model_type: 'layoutlmv2',
    vocab_size: 250_002,
    max_position_embeddings: 514,
    bos_token_id: 0,
    pad_token_id: 1,
    eos_token_id: 2,
    type_vocab_size: 1,
    layer_norm_eps: 1e-5,
    fast_qkv: false,
    has_relative_attention_bias: false,
    has_spatial_attention_bias: false,
    has_visual_segment_embedding: true,
  };

  it('is one of LayoutLMv2 with other settings, whichever of the two names it has', () => {
    const config = parseConfig(published);
    expect(config).toMatchObject({ padTokenId: 1, typeVocabSize: 1, maxPositionEmbeddings: 514 });
    expect(parseConfig({ ...published, model_type: 'layoutxlm' })).toEqual(config);
    expect(parseConfig(serializeConfig(config, ['a', 'b']))).toEqual(config);
    // 192 million of them are embeddings of pieces.
    expect(parameterCount(config, 0)).toBeGreaterThan(368e6);
    expect(parameterCount(config, 0)).toBeLessThan(370e6);
  });

  it('has separate queries, keys and values, an embedding for visual tokens, and no attention biases', () => {
    const names = parameterSpec(parseConfig(published), 2).map(({ name }) => name);
    expect(names).toContain('layoutlmv2.visual_segment_embedding');
    expect(names).toContain('layoutlmv2.encoder.layer.11.attention.self.key.bias');
    expect(names.filter((name) => /rel_pos|qkv|q_bias|v_bias/.test(name))).toEqual([]);
  });
});

describe('writing a config.json', () => {
  it('gives back what it was read from', () => {
    const config = parseConfig(tinyJson);
    const labels = ['invoice', 'letter'];
    const json: unknown = JSON.parse(JSON.stringify(serializeConfig(config, labels)));
    expect(parseConfig(json)).toEqual(config);
    expect(labelsOf(json)).toEqual(labels);
  });

  it('contains every key that Hugging Face writes about the detector', () => {
    const written = serializeConfig(base, ['a', 'b']).detectron2_config_args;
    const reference = (tinyJson as { detectron2_config_args: object }).detectron2_config_args;
    expect(Object.keys(written as object)).toEqual(expect.arrayContaining(Object.keys(reference)));
  });
});

describe('the weights of the base model', () => {
  const rows = readText('layoutlmv2-tensors.tsv')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  // Counters and pixel statistics, which the network takes from the configuration.
  const published = rows.filter(([, , , , use]) => use !== 'ignore' && use !== 'optional');

  it('are those of the published checkpoint, by name, shape and kind', () => {
    const spec = parameterSpec(base, 0).map(({ name, shape, kind }) => [
      name,
      `[${shape}]`,
      kind === 'parameter' ? 'param' : 'buffer',
    ]);
    expect(spec).toEqual(published.map(([name, shape, , kind]) => [name, shape, kind]));
  });

  it('number 200,081,984, and with sixteen classes 200,118,864', () => {
    expect(parameterCount(base, 0)).toBe(200_081_984);
    expect(parameterCount(base, 16)).toBe(200_118_864);
    const large = parseConfig({
      hidden_size: 1024,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      intermediate_size: 4096,
      coordinate_size: 171,
      shape_size: 170,
      fast_qkv: false,
    });
    expect(parameterCount(large, 0)).toBe(425_991_872);
  });

  it('decay as the reference decides by their names', () => {
    const decays = (name: string): boolean => !/bias|layernorm|\.norm\./i.test(name);
    for (const { name, kind, decay } of parameterSpec(base, 16)) {
      if (kind === 'parameter') expect(decay, name).toBe(decays(name));
    }
  });

  it('are trained as the reference trains them', () => {
    const trained = new Set(trainableParameters(base, 16, 'stem-and-res2'));
    const count = parameterSpec(base, 16)
      .filter(({ name }) => trained.has(name))
      .reduce((sum, { shape }) => sum + elementCount(shape), 0);
    // All 200,118,864 without stem and res2, the unused outputs and pooler, and the tables of relative positions.
    expect(count).toBe(200_118_864 - 425_152 - 1_770_240 - 590_592 - 1_920);
  });
});

describe('freezing', () => {
  const partsOf = (freezing: Parameters<typeof trainableParameters>[2]): string[] => {
    const trained = new Set(trainableParameters(base, 2, freezing));
    return [
      ...new Set(parameterSpec(base, 2).flatMap(({ name, part }) => (trained.has(name) ? [part] : []))),
    ];
  };

  it('leaves to be trained what its presets say', () => {
    expect(Object.fromEntries(FREEZING_PRESETS.map((preset) => [preset, partsOf(preset).sort()]))).toEqual({
      none: [
        'classifier',
        'embeddings',
        'encoder',
        'fpn',
        'relative-position',
        'res2',
        'res3',
        'res4',
        'res5',
        'stem',
        'visual-embeddings',
      ],
      'stem-and-res2': [
        'classifier',
        'embeddings',
        'encoder',
        'fpn',
        'res3',
        'res4',
        'res5',
        'visual-embeddings',
      ],
      backbone: ['classifier', 'embeddings', 'encoder', 'visual-embeddings'],
      'backbone-from-scratch': [
        'classifier',
        'embeddings',
        'encoder',
        'relative-position',
        'visual-embeddings',
      ],
      'all-but-head': ['classifier'],
    });
  });

  it('can keep the first encoder layers', () => {
    const names = trainableParameters(base, 2, {
      freezeBackbone: true,
      freezeEmbeddings: true,
      frozenLayers: 11,
    });
    expect(names.every((name) => /^(layoutlmv2\.encoder\.layer\.11\.|classifier\.)/.test(name))).toBe(true);
  });
});

describe('the cost of a page', () => {
  /** The reference figures have three or four digits. */
  const DIGITS = 0.003;
  const expectAbout = (found: number, wanted: number): void => {
    expect(Math.abs(found / wanted - 1)).toBeLessThan(DIGITS);
  };

  it('of the base model is as counted by hand', () => {
    const { stem, stages, pyramid } = forwardCost(base, 128);
    [stem, ...stages].forEach((macs, index) => {
      expectAbout(macs / 1e9, [0.118, 1.304, 2.184, 11.092, 1.715][index] ?? 0);
    });
    // Laterals, pooled output convolution, projection.
    expectAbout(pyramid / 1e9, 0.385 + 0.029 + 0.01);
    for (const [tokens, linear, attention] of [
      [128, 15.03, 0.58],
      [256, 25.91, 1.72],
      [512, 47.65, 5.8],
    ] as const) {
      const cost = forwardCost(base, tokens);
      expectAbout(cost.encoderLinear / 1e9, linear);
      // The reference rounds 0.577 to 0.58.
      expect(Math.abs(cost.attention / 1e9 - attention)).toBeLessThan(0.006);
    }
    expectAbout(forwardFlops(base, 256) / 1e9, 2 * (16.413 + 0.424 + 27.63));
  });

  it('of the small model suits a processor without a GPU', () => {
    const small = modelConfig('small', 8000);
    expect(parameterCount(small, 16)).toBeLessThan(12e6);
    expect(forwardFlops(small, 256)).toBeLessThan(4e9);
    expect(parameterCount(small, 16)).toBe(5_513_024);
    expectAbout(forwardFlops(small, 256) / 1e9, 2.078);
  });

  it('of the tiny model suits a test', () => {
    const tiny = modelConfig('tiny', 500);
    expect(parameterCount(tiny, 5)).toBeLessThan(1e6);
    expect(forwardFlops(tiny, 128)).toBeLessThan(0.3e9);
  });
});
