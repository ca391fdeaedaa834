/** Which weights a training run changes: by named presets, or by saying what stays as it is. */
import { isDeepStrictEqual } from 'node:util';
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
  /** All that comes before the last so many encoder layers: the backbone, the embeddings, the layers before them. */
  lastLayers?: number;
  /**
   * The tables of the relative-position bias. They stay unless this says otherwise, as in current versions of the reference;
   * a network made from scratch has to learn them.
   */
  trainRelativePosition?: boolean;
  /**
   * The batch norms of the stages that are trained normalise by the micro-batch's own statistics, learn their scale and offset, and
   * gather the running statistics by which they are frozen afterwards. For a backbone that is trained from nothing, on many pages
   * and micro-batches of at least eight; not together with gradient checkpointing, which would gather twice.
   */
  liveBatchNorms?: boolean;
};

/**
 * Usual choices. `none`: everything is trained, for networks made from scratch. `stem-and-res2`: the reference's choice for
 * fine-tuning. `backbone`: the whole visual backbone stays, for little data or memory. `all-but-last-2-layers` (or any other
 * number): only the last encoder layers and the classifier are trained. `all-but-head`: only the classifier is trained.
 * `backbone-from-scratch`: as `backbone`, but the relative-position bias is learnt, which a network made from scratch has to.
 *
 * What stays is never on the tape: of the parts before the first trained weight only the results are kept, and they are computed
 * once a micro-batch, also with gradient checkpointing. Of a backbone that stays, they are computed once a page.
 */
export const FREEZING_PRESETS = [
  'none',
  'stem-and-res2',
  'backbone',
  'backbone-from-scratch',
  'all-but-head',
] as const;
type NamedPreset = (typeof FREEZING_PRESETS)[number];
export type FreezingPreset = NamedPreset | `all-but-last-${number}-layers`;

const PRESETS = {
  none: { freezeAt: 0, trainRelativePosition: true },
  'stem-and-res2': { freezeAt: 2 },
  backbone: { freezeBackbone: true },
  'backbone-from-scratch': { freezeBackbone: true, trainRelativePosition: true },
  'all-but-head': { freezeBackbone: true, freezeEmbeddings: true, frozenLayers: Number.POSITIVE_INFINITY },
} satisfies Record<NamedPreset, Freezing>;

/** The backbone's stages in the order in which `freezeAt` counts them. */
const STAGES: readonly ParameterPart[] = ['stem', 'res2', 'res3', 'res4', 'res5'];

/**
 * Names of the weights that are trained; only such as classification reads.
 *
 * @throws Error if there is no such preset, or if the network has fewer layers than are to be trained
 */
export function trainableParameters(
  config: LayoutLMv2Config,
  labelCount: number,
  freezing: FreezingPreset | Freezing,
): string[] {
  const choice = typeof freezing === 'string' ? freezingOf(freezing) : freezing;
  const { lastLayers } = choice;
  if (lastLayers !== undefined && !(Number.isInteger(lastLayers) && lastLayers >= 0)) {
    throw new Error(`The last ${lastLayers} layers cannot be trained: it must be a whole number from 0.`);
  }
  if (lastLayers !== undefined && lastLayers > config.numHiddenLayers) {
    throw new Error(
      `The last ${lastLayers} layers cannot be trained: the network has ${config.numHiddenLayers}.`,
    );
  }
  return parameterSpec(config, labelCount)
    .filter((spec) => isLearnt(spec, choice) && spec.used && !isFrozen(spec, config, choice))
    .map(({ name }) => name);
}

function isLearnt({ kind }: ParameterSpec, { liveBatchNorms }: Freezing): boolean {
  return kind === 'parameter' || (kind === 'norm' && liveBatchNorms === true);
}

/** Whether nothing that is trained belongs to the visual backbone. */
export function isBackboneFrozen(trainable: readonly string[]): boolean {
  return !trainable.some((name) => name.startsWith('layoutlmv2.visual.backbone.'));
}

/** Whether a choice trains with live batch norms. */
export function hasLiveBatchNorms(freezing: FreezingPreset | Freezing): boolean {
  return typeof freezing !== 'string' && freezing.liveBatchNorms === true;
}

/** @throws Error if there is no preset of this name. How many layers there are is known to {@link trainableParameters}. */
export function requireUsableFreezing(freezing: FreezingPreset | Freezing): void {
  if (typeof freezing === 'string') freezingOf(freezing);
}

/** A choice as one text: the preset it is or equals, else JSON of what stays. */
export function describeFreezing(freezing: FreezingPreset | Freezing): string {
  if (typeof freezing === 'string') return freezing;
  return (
    FREEZING_PRESETS.find((name) => isDeepStrictEqual(PRESETS[name], freezing)) ?? JSON.stringify(freezing)
  );
}

function freezingOf(preset: FreezingPreset): Freezing {
  const lastLayers = /^all-but-last-(\d+)-layers$/.exec(preset)?.[1];
  if (lastLayers !== undefined) return { lastLayers: Number(lastLayers) };
  const named = (PRESETS as Record<string, Freezing>)[preset];
  if (!named) {
    const known = [...Object.keys(PRESETS), 'all-but-last-2-layers'];
    throw new Error(`There is no freezing "${preset}"; there are ${known.join(', ')}.`);
  }
  return named;
}

function isFrozen(
  { part, encoderLayer = 0 }: ParameterSpec,
  config: LayoutLMv2Config,
  choice: Freezing,
): boolean {
  const { lastLayers } = choice;
  const freezing: Freezing =
    lastLayers === undefined
      ? choice
      : { freezeBackbone: true, freezeEmbeddings: true, frozenLayers: config.numHiddenLayers - lastLayers };
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
