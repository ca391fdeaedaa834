/** The engines on which tests of the network run, and the proof that a test ran on the one it names. */
import { appendFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  activeEngine,
  ENGINE_NAMES,
  type Engine,
  type EngineName,
  startEngine,
} from '../../src/layoutlmv2/engine.js';

/**
 * The engines named in LAYOUTLMV2_ENGINES, separated by commas; else the two that every machine has. One that is named and
 * cannot be started fails its tests: nothing is skipped.
 */
export const testedEngines = enginesNamedIn('LAYOUTLMV2_ENGINES', 'wasm,cpu');

/** The engines on which the network of the published size is tested; none unless LAYOUTLMV2_BASE_ENGINES names them. */
export const baseEngines = enginesNamedIn('LAYOUTLMV2_BASE_ENGINES', '');

/** A GPU that a processor imitates compiles the shaders for each shape of tensor: some minutes for the network. */
const TIMEOUT_MS = 10 * 60_000;

/** Starts an engine for a test; WEBGPU_ADAPTER names the adapter of `webgpu`, which may compute on the processor. */
export function startTestedEngine(name: EngineName): Promise<Engine> {
  return startEngine(name, { webgpuAdapter: process.env.WEBGPU_ADAPTER });
}

/**
 * A group of tests for each engine, which is started before them. A last test makes sure that this engine has been the one that
 * computed, and notes it with its device in the file ENGINE_REPORT, if that names one.
 */
export function describeOnEngines(
  subject: string,
  engines: readonly EngineName[],
  define: (engine: EngineName) => void,
): void {
  describe.each(engines)(`${subject} on the %s engine`, { timeout: TIMEOUT_MS }, (name) => {
    let engine: Engine;

    beforeAll(async () => {
      engine = await startTestedEngine(name);
    }, TIMEOUT_MS);

    define(name);

    it(`has been computed by ${name}`, async () => {
      expect(engine.name).toBe(name);
      expect(activeEngine()).toBe(name);
      if (name === 'webgpu') expect(engine.device).toContain(process.env.WEBGPU_ADAPTER ?? 'WebGPU');
      // The active engine is where new tensors are.
      const held = tf.backend().numDataIds();
      const sum = tf.tidy(() => tf.sum(tf.ones([3])));
      expect(tf.engine().findBackend(name).numDataIds()).toBe(held + 1);
      expect([...(await sum.data())]).toEqual([3]);
      sum.dispose();
      report(engine, subject);
    });
  });
}

function report({ name, device }: Engine, subject: string): void {
  const file = process.env.ENGINE_REPORT;
  if (file) appendFileSync(file, `${name}\t${device}\t${subject}\n`);
}

function enginesNamedIn(variable: string, fallback: string): readonly EngineName[] {
  const names = (process.env[variable] || fallback).split(',').map((name) => name.trim());
  return names
    .filter((text) => text !== '')
    .map((text) => {
      const engine = ENGINE_NAMES.find((name) => name === text);
      if (!engine) throw new Error(`${variable} names "${text}"; there are ${ENGINE_NAMES.join(', ')}.`);
      return engine;
    });
}
