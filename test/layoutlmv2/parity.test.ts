/** A tiny network, with every kind of part that the published ones have, against recorded values, on each engine. */
import { parseConfig } from '../../src/layoutlmv2/config.js';
import { describeOnEngines, testedEngines } from '../support/engines.js';
import { defineParityCases, type Reference, readFixture } from './support/parity-cases.js';
import { TINY_TOLERANCES } from './support/tolerances.js';

describeOnEngines('the tiny network', testedEngines, (engine) => {
  const config = parseConfig(readFixture('tiny_config.json'));
  defineParityCases(config, readFixture('tiny.json') as Reference, TINY_TOLERANCES[engine]);
});
