import { describe, expect, it } from 'vitest';
import { createId } from '../../src/shared/ids.js';
import {
  assignSplits,
  type DecidedDocument,
  findObstacle,
  withoutStraddlers,
} from '../../src/training/split-documents.js';

describe('the splits of documents', () => {
  const undecided = (labelId: string, count: number): DecidedDocument[] =>
    Array.from({ length: count }, (_, index) => ({
      documentId: `${labelId}-${index}`,
      groupId: `${labelId}-${index}`,
      labelId,
      split: null,
    }));
  const count = (splits: ReturnType<typeof assignSplits>, prefix: string) => {
    const of = (split: string) =>
      splits.filter(({ documentId, split: own }) => documentId.startsWith(prefix) && own === split).length;
    return { train: of('TRAIN'), validation: of('VALIDATION'), holdout: of('HOLDOUT') };
  };

  it.each([
    [3, { train: 1, validation: 1, holdout: 1 }],
    [4, { train: 2, validation: 1, holdout: 1 }],
    [5, { train: 3, validation: 1, holdout: 1 }],
    [10, { train: 6, validation: 2, holdout: 2 }],
    [100, { train: 65, validation: 15, holdout: 20 }],
  ])('of %i documents of a label are %j', (documents, expected) => {
    expect(count(assignSplits(undecided('invoice', documents)), 'invoice')).toEqual(expected);
  });

  it('give every label from three documents on something to teach, to choose and to measure', () => {
    for (let documents = 3; documents <= 60; documents += 1) {
      expect(Object.values(count(assignSplits(undecided('letter', documents)), 'letter'))).not.toContain(0);
    }
  });

  it('have the same shares for a rare label as for a common one', () => {
    const splits = assignSplits([...undecided('common', 200), ...undecided('rare', 10)]);
    expect(count(splits, 'common')).toEqual({ train: 130, validation: 30, holdout: 40 });
    expect(count(splits, 'rare')).toEqual({ train: 6, validation: 2, holdout: 2 });
  });

  it('depend on nobody’s order', () => {
    const documents = undecided('invoice', 40);
    const sorted = (splits: ReturnType<typeof assignSplits>) =>
      [...splits].sort((left, right) => left.documentId.localeCompare(right.documentId));
    expect(sorted(assignSplits([...documents].reverse()))).toEqual(sorted(assignSplits(documents)));
  });

  it('do not follow the order in which documents were uploaded', () => {
    const documents = Array.from({ length: 100 }, () => {
      const documentId = createId();
      return { documentId, groupId: documentId, labelId: 'a', split: null };
    });
    const splits = new Map(assignSplits(documents).map(({ documentId, split }) => [documentId, split]));
    const earlyHoldout = documents
      .slice(0, 50)
      .filter(({ documentId }) => splits.get(documentId) === 'HOLDOUT');
    // 20 of 100 are drawn; that all or none are of one half has a chance of one in a million.
    expect(earlyHoldout.length).toBeGreaterThan(0);
    expect(earlyHoldout.length).toBeLessThan(20);
  });

  it('stay as they are, whatever is added', () => {
    const first = assignSplits(undecided('invoice', 10));
    const kept = new Map(first.map(({ documentId, split }) => [documentId, split]));
    const grown = undecided('invoice', 30).map((document) => ({
      ...document,
      split: kept.get(document.documentId) ?? null,
    }));
    const added = assignSplits(grown);
    expect(added).toHaveLength(20);
    expect(added.some(({ documentId }) => kept.has(documentId))).toBe(false);
    expect(count([...first, ...added], 'invoice')).toEqual({ train: 19, validation: 5, holdout: 6 });
  });

  it('fill what a label lacks when corrections have brought it documents of one split', () => {
    const moved = undecided('letter', 8).map((document) => ({ ...document, split: 'TRAIN' as const }));
    const added = assignSplits([
      ...moved,
      ...undecided('letter-new', 2).map((d) => ({ ...d, labelId: 'letter' })),
    ]);
    expect(added.map(({ split }) => split)).toEqual(['HOLDOUT', 'HOLDOUT']);
    const held = undecided('form', 9).map((document) => ({ ...document, split: 'HOLDOUT' as const }));
    const next = assignSplits([...held, ...undecided('form-new', 3).map((d) => ({ ...d, labelId: 'form' }))]);
    expect(next.map(({ split }) => split).sort()).toEqual(['TRAIN', 'VALIDATION', 'VALIDATION']);
  });

  it('serve a label first whose documents are all in the holdout with one to train on', () => {
    const held = undecided('form', 9).map((document) => ({ ...document, split: 'HOLDOUT' as const }));
    const next = assignSplits([...held, ...undecided('form-new', 1).map((d) => ({ ...d, labelId: 'form' }))]);
    expect(next.map(({ split }) => split)).toEqual(['TRAIN']);
  });

  it('are never two for documents that are nearly the same, whatever the sizes of the groups', () => {
    for (let most = 1; most <= 9; most += 1) {
      const documents = undecided('invoice', 60).map((document, index) => ({
        ...document,
        // Groups of 1, 2, … documents, over and over.
        groupId: `group-${Math.floor(index / ((index % most) + 1))}`,
      }));
      const splits = new Map(assignSplits(documents).map(({ documentId, split }) => [documentId, split]));
      const byGroup = new Map<string, Set<string | undefined>>();
      for (const { groupId, documentId } of documents) {
        byGroup.set(groupId, (byGroup.get(groupId) ?? new Set()).add(splits.get(documentId)));
      }
      expect([...byGroup.values()].every(({ size }) => size === 1)).toBe(true);
      expect(new Set(splits.values()).size).toBe(3);
    }
  });

  it('follow the group for a document that comes later, also where only others of it were decided', () => {
    const [first, second] = undecided('invoice', 2).map((document) => ({ ...document, groupId: 'copies' }));
    if (!first || !second) throw new Error('two documents');
    expect(assignSplits([{ ...first, split: 'HOLDOUT' }, second])).toEqual([
      { documentId: second.documentId, split: 'HOLDOUT' },
    ]);
    expect(assignSplits([second], new Map([['copies', 'VALIDATION']]))).toEqual([
      { documentId: second.documentId, split: 'VALIDATION' },
    ]);
  });

  it('do not let one large group take the holdout of a label while smaller ones fit', () => {
    const copies = undecided('form', 20).map((document) => ({ ...document, groupId: 'copies' }));
    const splits = assignSplits([
      ...copies,
      ...undecided('form-single', 20).map((d) => ({ ...d, labelId: 'form' })),
    ]);
    expect(count(splits, 'form-single')).toMatchObject({ holdout: 8, validation: 6 });
    expect(
      new Set(splits.filter(({ documentId }) => !documentId.includes('single')).map((s) => s.split)),
    ).toEqual(new Set(['TRAIN']));
  });

  it('keep the holdout and leave the others out where a group has got into several', () => {
    const item = (documentId: string, groupId: string, split: 'TRAIN' | 'VALIDATION' | 'HOLDOUT') => ({
      documentId,
      groupId,
      split,
    });
    const kept = withoutStraddlers([
      item('a', 'one', 'TRAIN'),
      item('b', 'one', 'HOLDOUT'),
      item('c', 'one', 'VALIDATION'),
      item('d', 'two', 'TRAIN'),
      item('e', 'two', 'VALIDATION'),
      item('f', 'three', 'TRAIN'),
    ]);
    expect(kept.map(({ documentId }) => documentId)).toEqual(['b', 'e', 'f']);
  });
});

describe('what keeps a run from learning', () => {
  const find = (counts: Record<string, number>, unreadCount = 0) =>
    findObstacle({ countsByLabel: new Map(Object.entries(counts)), unreadCount, minimumPerLabel: 5 });

  it('is that nobody has labelled anything', () => {
    expect(find({})).toBe('No document has been labelled by a person');
    expect(find({}, 2)).toBe(
      'No document has been labelled by a person (2 more are decided but could not be used: not read yet, or failed)',
    );
  });

  it('is that there is one label only', () => {
    expect(find({ invoice: 40 })).toBe(
      'All 40 labelled documents are invoice: a classifier needs at least two labels',
    );
  });

  it('is that fewer than two labels have enough documents', () => {
    expect(find({ invoice: 40, letter: 4, form: 1 })).toBe(
      'Too few labelled documents: at least two labels need 5 each, there are invoice 40, letter 4, form 1',
    );
  });

  it('is nothing from two labels with enough documents on', () => {
    expect(find({ invoice: 5, letter: 5, form: 1 }, 3)).toBeNull();
  });
});
