/**
 * By how much each engine may miss recorded values, relative to the largest of the tensor in question. All engines compute in
 * single precision, as the reference did, and differ in the order of sums; so a tolerance is some times what was seen, and a
 * wrong formula is far outside. A GPU under `tensorflow` that multiplies in TensorFloat-32 is too: NVIDIA_TF32_OVERRIDE=0.
 */
import type { EngineName } from '../../../src/layoutlmv2/engine.js';

type Tolerance = {
  /** Of activations, logits and loss. */
  forward: number;
  /** Of gradients: their norms, and recorded elements. Where a sum before a ReLU is nearly 0, its sign is a matter of rounding. */
  gradient: number;
};

export const TINY_TOLERANCES: Record<EngineName, Tolerance> = {
  // Seen: 4.6e-7 and 5.7e-6.
  tensorflow: { forward: 5e-6, gradient: 1e-4 },
  // Seen on SwiftShader: 3.6e-7, and 6e-5 behind a ReLU of res3. GPUs may fuse products and sums.
  webgpu: { forward: 1e-5, gradient: 2e-4 },
  // Seen: 4.9e-7 and 5.8e-6.
  wasm: { forward: 5e-6, gradient: 1e-4 },
  // Seen: 3.6e-7, and 6e-5 behind a ReLU of res3.
  cpu: { forward: 5e-6, gradient: 1e-4 },
};

/** A hundred layers deep, so that rounding adds up. */
export const BASE_TOLERANCES: Record<EngineName, Tolerance> = {
  // Seen: 1.4e-6 and 1.5e-5.
  tensorflow: { forward: 1e-5, gradient: 1e-4 },
  // Not seen yet; GPUs may fuse products and sums.
  webgpu: { forward: 2e-5, gradient: 5e-4 },
  wasm: { forward: 1e-5, gradient: 1e-4 },
  cpu: { forward: 1e-5, gradient: 1e-4 },
};
