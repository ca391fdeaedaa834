/**
 * The plan of the ResNeXt: which bottleneck blocks there are, their channels, strides and names. It holds no weights and
 * computes nothing; the parameter list, the cost estimate and the network itself are all derived from it.
 */
import type { BackboneConfig } from './config.js';

/** The residual stages in the order the image passes them, with the side of their output for a 224-pixel image. */
export const STAGES = [
  { name: 'res2', number: 2, side: 56 },
  { name: 'res3', number: 3, side: 28 },
  { name: 'res4', number: 4, side: 14 },
  { name: 'res5', number: 5, side: 7 },
] as const;

export const BOTTOM_UP = 'layoutlmv2.visual.backbone.bottom_up';

/** One bottleneck block: 1x1 convolution, grouped 3x3 convolution, 1x1 convolution, plus the shortcut. */
export type BackboneBlock = {
  /** Name prefix of its weights, e.g. `layoutlmv2.visual.backbone.bottom_up.res3.0`. */
  prefix: string;
  /** 2 for res2 ... 5 for res5. */
  stage: number;
  inChannels: number;
  /** Channels of the grouped 3x3 convolution. */
  bottleneckChannels: number;
  outChannels: number;
  /** Stride of the 3x3 convolution and of the shortcut: 1 or 2. */
  stride: 1 | 2;
  /** Whether the shortcut is a 1x1 convolution; otherwise it is the block's input itself. */
  hasShortcut: boolean;
  /** Side of the block's output for a 224-pixel image. */
  side: number;
};

/** Output channels of a residual stage (2 to 5): doubled from stage to stage. */
export function stageChannels(backbone: BackboneConfig, stage: number): number {
  return backbone.res2Channels * 2 ** (stage - 2);
}

/** All blocks of the backbone in the order the image passes them. */
export function backboneBlocks(backbone: BackboneConfig): BackboneBlock[] {
  return STAGES.flatMap(({ name, number: stage, side }, stageIndex) => {
    const outChannels = stageChannels(backbone, stage);
    const stageInput = stage === 2 ? backbone.stemChannels : stageChannels(backbone, stage - 1);
    return Array.from({ length: backbone.blocksPerStage[stageIndex] ?? 0 }, (_, index): BackboneBlock => {
      const inChannels = index === 0 ? stageInput : outChannels;
      return {
        prefix: `${BOTTOM_UP}.${name}.${index}`,
        stage,
        inChannels,
        bottleneckChannels: backbone.groups * backbone.widthPerGroup * 2 ** (stage - 2),
        outChannels,
        stride: index === 0 && stage > 2 ? 2 : 1,
        hasShortcut: inChannels !== outChannels,
        side,
      };
    });
  });
}
