/** Floating-point operations of a page on either side. Products and convolutions only; two for each multiply-accumulate. */
import { STAGES } from '../../src/layoutlmv2/backbone-blocks.js';
import { type LayoutLMv2Config, visualTokenCount } from '../../src/layoutlmv2/config.js';
import { forwardCost, forwardFlops } from '../../src/layoutlmv2/cost.js';

type Cost = { forward: number; training: number };

/** A gradient with regard to input and weights costs twice the forward pass; stem and res2 are frozen and have none. */
const GRADIENT_FACTOR = 2;

/** Classeur: the backbone once, the pooled feature pyramid. */
export function classeurCost(config: LayoutLMv2Config, tokens: number): Cost {
  const { stem, stages } = forwardCost(config, tokens);
  const forward = forwardFlops(config, tokens);
  return { forward, training: forward + GRADIENT_FACTOR * (forward - 2 * (stem + stages[0])) };
}

/** Hugging Face as written: the backbone twice with all levels of its pyramid. */
export function huggingFaceCost(config: LayoutLMv2Config, tokens: number): Cost {
  const { stem, stages, pyramid, encoderLinear, attention } = forwardCost(config, tokens);
  const { fpnChannels } = config.backbone;
  const cells = visualTokenCount(config);
  const projection = cells * fpnChannels * config.hiddenSize;
  const pooledOutput = cells * 9 * fpnChannels ** 2;
  // Unpooled 3x3 convolutions of p2 to p5. No gradient flows into those of p3 to p5.
  const outputs = STAGES.map(({ side }) => side ** 2 * 9 * fpnChannels ** 2);
  const [p2 = 0, ...unused] = outputs;
  const unusedOutputs = unused.reduce((sum, macs) => sum + macs, 0);
  const bottomUp = stages.reduce((sum, macs) => sum + macs, stem);
  const used = bottomUp + pyramid - pooledOutput + p2;
  const forward = 4 * (used + unusedOutputs) - 2 * projection + 2 * (encoderLinear + attention);
  const withoutGradient = 4 * (stem + stages[0] + unusedOutputs);
  return { forward, training: forward + GRADIENT_FACTOR * (forward - withoutGradient) };
}
