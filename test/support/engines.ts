/** The engines on which tests of the network run. */
import { ENGINE_NAMES, type Engine, type EngineName, startEngine } from '../../src/layoutlmv2/engine.js';

/**
 * The engines named in LAYOUTLMV2_ENGINES, separated by commas; else the two that every machine has. One that is named and
 * cannot be started fails its tests: nothing is skipped.
 */
export const testedEngines: readonly EngineName[] = (process.env.LAYOUTLMV2_ENGINES || 'wasm,cpu')
  .split(',')
  .map((text) => {
    const engine = ENGINE_NAMES.find((name) => name === text.trim());
    if (!engine) throw new Error(`LAYOUTLMV2_ENGINES names "${text}"; there are ${ENGINE_NAMES.join(', ')}.`);
    return engine;
  });

/** Starts an engine for a test; WEBGPU_ADAPTER names the adapter of `webgpu`, which may compute on the processor. */
export function startTestedEngine(name: EngineName): Promise<Engine> {
  return startEngine(name, { webgpuAdapter: process.env.WEBGPU_ADAPTER });
}
