/** A network small enough to be trained within a test, for the pages of synthetic-corpus.ts. */

import { type LayoutLMv2Config, parseConfig } from '../../../src/layoutlmv2/config.js';
import { corpusVocabSize } from './synthetic-corpus.js';

/** Two layers of width 32 behind the narrowest backbone: about 25 ms a page to train, if the backbone is frozen. */
export const microConfig: LayoutLMv2Config = parseConfig({
  model_type: 'layoutlmv2',
  vocab_size: corpusVocabSize,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 64,
  max_position_embeddings: 64,
  coordinate_size: 6,
  shape_size: 4,
  image_feature_pool_shape: [7, 7, 8],
  detectron2_config_args: {
    'MODEL.BACKBONE.FREEZE_AT': 0,
    'MODEL.RESNETS.DEPTH': 50,
    'MODEL.RESNETS.NUM_GROUPS': 2,
    'MODEL.RESNETS.WIDTH_PER_GROUP': 2,
    'MODEL.RESNETS.STEM_OUT_CHANNELS': 4,
    'MODEL.RESNETS.RES2_OUT_CHANNELS': 8,
    'MODEL.FPN.OUT_CHANNELS': 8,
  },
});
