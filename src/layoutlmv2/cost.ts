/** What a forward pass costs, counted from the configuration: multiplications and additions of products and convolutions. */
import { backboneBlocks, STAGES, stageChannels } from './backbone-blocks.js';
import { type LayoutLMv2Config, visualTokenCount } from './config.js';
import { IMAGE_SIDE } from './encoded-page.js';

/** Multiply-accumulates of one page, by part. */
export type ForwardCost = {
  stem: number;
  /** res2 to res5. */
  stages: [number, number, number, number];
  /** Lateral convolutions, the pooled output convolution and the projection to visual tokens. */
  pyramid: number;
  /** Projections and feed-forward parts of all encoder layers. */
  encoderLinear: number;
  /** Products of queries with keys, and of probabilities with values. */
  attention: number;
};

/** Counts one page with `tokens` text tokens, padding included. */
export function forwardCost(config: LayoutLMv2Config, tokens: number): ForwardCost {
  const { backbone, hiddenSize, intermediateSize, numHiddenLayers } = config;
  const stages: ForwardCost['stages'] = [0, 0, 0, 0];
  for (const block of backboneBlocks(backbone)) {
    const { inChannels, bottleneckChannels: bottleneck, outChannels, side, stride } = block;
    const perPixel =
      inChannels * bottleneck * stride ** 2 +
      (9 * bottleneck * bottleneck) / backbone.groups +
      bottleneck * outChannels +
      (block.hasShortcut ? inChannels * outChannels : 0);
    stages[block.stage - 2] = (stages[block.stage - 2] ?? 0) + perPixel * side ** 2;
  }
  const cells = visualTokenCount(config);
  const fpn = backbone.fpnChannels;
  const laterals = STAGES.map(({ number, side }) => side ** 2 * stageChannels(backbone, number) * fpn);
  const length = tokens + cells;
  return {
    // The stem's convolution has 7 x 7 taps and halves the image's side.
    stem: (IMAGE_SIDE / 2) ** 2 * 49 * 3 * backbone.stemChannels,
    stages,
    pyramid: laterals.reduce((sum, macs) => sum + macs, 0) + cells * 9 * fpn * fpn + cells * fpn * hiddenSize,
    encoderLinear: numHiddenLayers * length * hiddenSize * (4 * hiddenSize + 2 * intermediateSize),
    attention: numHiddenLayers * 2 * length ** 2 * hiddenSize,
  };
}

/** Floating-point operations of one page: two for each multiply-accumulate. */
export function forwardFlops(config: LayoutLMv2Config, tokens: number): number {
  const { stem, stages, pyramid, encoderLinear, attention } = forwardCost(config, tokens);
  const backbone = stages.reduce((sum, macs) => sum + macs, stem + pyramid);
  return 2 * (backbone + encoderLinear + attention);
}
