/** The sizes in which a network is made from scratch. All are LayoutLMv2: Hugging Face loads what is saved of them. */
import { type LayoutLMv2Config, parseConfig } from './config.js';

/**
 * From scratch nothing may be frozen. Depth 50 is the least that detectron2 builds of bottleneck blocks; these networks are
 * narrow instead.
 */
const NARROW_BACKBONE = { 'MODEL.BACKBONE.FREEZE_AT': 0, 'MODEL.RESNETS.DEPTH': 50 };

const SIZES = {
  tiny: {
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 128,
    coordinate_size: 12,
    shape_size: 8,
    detectron2_config_args: {
      ...NARROW_BACKBONE,
      'MODEL.RESNETS.NUM_GROUPS': 4,
      'MODEL.RESNETS.WIDTH_PER_GROUP': 4,
      'MODEL.RESNETS.STEM_OUT_CHANNELS': 8,
      'MODEL.RESNETS.RES2_OUT_CHANNELS': 32,
      'MODEL.FPN.OUT_CHANNELS': 16,
    },
  },
  small: {
    hidden_size: 192,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    intermediate_size: 768,
    coordinate_size: 32,
    shape_size: 32,
    detectron2_config_args: {
      ...NARROW_BACKBONE,
      'MODEL.RESNETS.NUM_GROUPS': 8,
      'MODEL.RESNETS.WIDTH_PER_GROUP': 4,
      'MODEL.RESNETS.STEM_OUT_CHANNELS': 16,
      'MODEL.RESNETS.RES2_OUT_CHANNELS': 64,
      'MODEL.FPN.OUT_CHANNELS': 64,
    },
  },
  base: { detectron2_config_args: { 'MODEL.BACKBONE.FREEZE_AT': 0 } },
} satisfies Record<string, Record<string, unknown>>;

/**
 * - `tiny`: for tests and demonstrations; 0.68 million parameters besides its vocabulary, 0.25 GFLOP a page of 128 tokens.
 * - `small`: for processors without a GPU; 5.5 million parameters with 8,000 words, 2.1 GFLOP a page of 256 tokens.
 * - `base`: the published architecture; 200 million parameters, 89 GFLOP a page of 256 tokens. It wants a GPU.
 */
export type ModelSize = keyof typeof SIZES;

/** The configuration of a network of a size for a vocabulary of `vocabSize` tokens. */
export function modelConfig(size: ModelSize, vocabSize: number): LayoutLMv2Config {
  return parseConfig({ ...SIZES[size], vocab_size: vocabSize });
}
