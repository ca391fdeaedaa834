/** Sentences from templates. */
import { describe, expect, it } from 'vitest';
import { createDice } from '../../corpus/dice.js';
import { createWriter } from '../../corpus/text/grammar.js';

const writer = (rules: Record<string, readonly string[]>) => createWriter(createDice(1), rules);

describe('a writer', () => {
  it('chooses, nests and counts within ranges', () => {
    const write = writer({ animal: ['cat', 'dog'] });
    for (let time = 0; time < 30; time++) {
      expect(write('[one|two [red|blue]|] {animal} {3-5} {0.5-0.9}')).toMatch(
        /^(one|two (red|blue)|) (cat|dog) [345] 0\.[5-9]$/,
      );
    }
  });

  it('inflects verbs on their first and nouns on their last word', () => {
    const write = writer({ deed: ['plan for'], thing: ['test box'], study: ['study'], move: ['move'] });
    expect(write('{deed+ed}, {deed+ing}, {thing+s}, {study+ed}, {study+s}, {move+ing}')).toBe(
      'planned for, planning for, test boxes, studied, studies, moving',
    );
  });

  it('writes a capital where the name has one, and the article that the word wants', () => {
    const write = writer({ thing: ['apple'] });
    expect(write('{Thing}, a {thing}, a pear')).toBe('Apple, an apple, a pear');
  });

  it('says which rule is missing and which bracket is open', () => {
    const write = writer({});
    expect(() => write('{nothing}')).toThrow('{nothing}');
    expect(() => write('[open')).toThrow('does not close');
  });
});
