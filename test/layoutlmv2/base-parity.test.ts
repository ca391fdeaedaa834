/**
 * The network of the published size, 200 million parameters, against recorded values. It needs some gigabytes, and minutes where
 * it is not fast, so it runs only on the engines named in LAYOUTLMV2_BASE_ENGINES.
 */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/layoutlmv2/config.js';
import { elementCount, parameterSpec } from '../../src/layoutlmv2/parameters.js';
import { baseEngines, describeOnEngines } from '../support/engines.js';
import { defineParityCases, type Reference, readFixture } from './support/parity-cases.js';
import { BASE_TOLERANCES } from './support/tolerances.js';

const config = parseConfig({});
const reference = readFixture('base.json') as Reference;

describe('the base network', () => {
  it('has the size of the published one', () => {
    const parameters = parameterSpec(config, reference.num_labels).filter(({ kind }) => kind === 'parameter');
    expect(parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)).toBe(200_118_864);
  });
});

describeOnEngines('the base network', baseEngines, (engine) => {
  defineParityCases(config, reference, BASE_TOLERANCES[engine]);
});
