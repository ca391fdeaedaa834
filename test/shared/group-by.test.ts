import { expect, it } from 'vitest';
import { groupBy } from '../../src/shared/group-by.js';

it('groups a list by key, groups and members in the order they came', () => {
  const groups = groupBy(['pear', 'apple', 'plum', 'apricot'], (word) => word.charAt(0));
  expect([...groups]).toEqual([
    ['p', ['pear', 'plum']],
    ['a', ['apple', 'apricot']],
  ]);
  expect(groupBy([], String).size).toBe(0);
});
