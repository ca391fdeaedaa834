import { describe, expect, it } from 'vitest';
import { findLicence } from '../../../src/layoutlmv2/checkpoints/model-card.js';

describe('the licence of a model card', () => {
  it('is read from its settings', () => {
    expect(findLicence('---\nlanguage: en\nlicense: cc-by-nc-sa-4.0\n---\n# LayoutLMv2\n')).toBe(
      'cc-by-nc-sa-4.0',
    );
    expect(findLicence('---\r\nlicense: "MIT" # as is\r\n---\r\n')).toBe('mit');
    expect(findLicence('---\nlicense:\n- mit\n- apache-2.0\ntags:\n- x\n---\n')).toBe('mit, apache-2.0');
    expect(findLicence('---\nlicense: [mit]\n---\n')).toBe('mit');
  });

  it('is unknown where the settings do not state it', () => {
    expect(findLicence('')).toBeNull();
    expect(findLicence('# Title\nlicense: mit\n')).toBeNull();
    expect(findLicence('---\nlanguage: en\n---\nlicense: mit\n')).toBeNull();
    expect(findLicence('---\nlicense:\n---\n')).toBeNull();
  });
});
