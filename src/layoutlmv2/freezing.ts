/** Which weights a training run changes: by named presets, or by saying what stays as it is. */
import type { LayoutLMv2Config } from './config.js';
import { type ParameterPart, type ParameterSpec, parameterSpec } from './parameters.js';

/** What stays as it is in training. Absent fields freeze nothing, except `freezeAt`. */
export type Freezing = {
  /** Stages of the backbone that stay: 0 none, 1 the stem, 2 the stem and res2 ... 5 up to res5; else the configuration's. */
  freezeAt?: number;
  /** The whole visual backbone, the feature pyramid included. */
  freezeBackbone?: boolean;
  /** All embedding tables and the projection of image features. */
  freezeEmbeddings?: boolean;
  /** The first so many encoder layers. */
  frozenLayers?: number;
  /**
   * The tables of the relative-position bias. They stay unless this says otherwise, as in current versions of the reference;
   * a network made from scratch has to learn them.
   */
  trainRelativePosition?: boolean;
};

/**
 * Usual choices. `none`: everything is trained, for networks made from scratch. `stem-and-res2`: the reference's choice for
 * fine-tuning. `backbone`: the whole visual backbone stays, for little data or memory. `all-but-head`: only the classifier
 * is trained.
 */
export const FREEZING_PRESETS = ['none', 'stem-and-res2', 'backbone', 'all-but-head'] as const;
export type FreezingPreset = (typeof FREEZING_PRESETS)[number];

const PRESETS = {
  none: { freezeAt: 0, trainRelativePosition: true },
  'stem-and-res2': { freezeAt: 2 },
  backbone: { freezeBackbone: true },
  'all-but-head': { freezeBackbone: true, freezeEmbeddings: true, frozenLayers: Number.POSITIVE_INFINITY },
} satisfies Record<FreezingPreset, Freezing>;

/** The backbone's stages in the order in which `freezeAt` counts them. */
const STAGES: readonly ParameterPart[] = ['stem', 'res2', 'res3', 'res4', 'res5'];

/** Names of the weights that are trained; only such as classification reads. */
export function trainableParameters(
  config: LayoutLMv2Config,
  labelCount: number,
  freezing: FreezingPreset | Freezing,
): string[] {
  const choice: Freezing = typeof freezing === 'string' ? PRESETS[freezing] : freezing;
  return parameterSpec(config, labelCount)
    .filter((spec) => spec.kind === 'parameter' && spec.used && !isFrozen(spec, config, choice))
    .map(({ name }) => name);
}

function isFrozen(
  { part, encoderLayer = 0 }: ParameterSpec,
  config: LayoutLMv2Config,
  freezing: Freezing,
): boolean {
  const { freezeAt = config.backbone.freezeAt, frozenLayers = 0 } = freezing;
  switch (part) {
    case 'stem':
    case 'res2':
    case 'res3':
    case 'res4':
    case 'res5':
      return freezing.freezeBackbone === true || STAGES.indexOf(part) < freezeAt;
    case 'fpn':
      return freezing.freezeBackbone === true;
    case 'embeddings':
    case 'visual-embeddings':
      return freezing.freezeEmbeddings === true;
    case 'encoder':
      return encoderLayer < frozenLayers;
    case 'relative-position':
      return freezing.trainRelativePosition !== true;
    case 'pooler':
    case 'classifier':
      return false;
    default:
      return part satisfies never;
  }
}
