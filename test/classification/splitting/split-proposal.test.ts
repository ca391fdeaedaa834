import { describe, expect, it } from 'vitest';
import { findCues, type PageLook } from '../../../src/classification/splitting/boundary-cues.js';
import { readPageNumber } from '../../../src/classification/splitting/page-number.js';
import {
  boundaryProbabilities,
  proposeSegments,
} from '../../../src/classification/splitting/split-proposal.js';
import type { Word } from '../../../src/ocr/word.js';

/** Words in a line at a height, in thousandths of the page. */
const line = (text: string, top: number, height = 12): Word[] =>
  text.split(' ').map((word, index) => ({
    text: word,
    box: [50 + index * 60, top, 90 + index * 60, top + height],
    confidence: null,
  }));
const body = (seed: string) =>
  [300, 340, 380, 420, 460].flatMap((top) => line(`${seed} stands in these lines of the page.`, top));

/** A page of A4, in inches. */
const page = (words: Word[] = body('Something'), rest: Partial<PageLook> = {}): PageLook => ({
  words,
  isBlank: false,
  width: 8.27,
  height: 11.69,
  isInInches: true,
  ...rest,
});
const blank = page([], { isBlank: true });
const numbered = (text: string, seed = 'Something') => page([...body(seed), ...line(text, 960)]);

const labels = ['invoice', 'letter', 'form', 'report', 'receipt', 'memo', 'resume', 'payslip'];
/** What a model says that is so sure of a label; the rest is shared by the others. */
const says = (label: string, confidence = 0.95) =>
  labels.map((name) => (name === label ? confidence : (1 - confidence) / (labels.length - 1)));
const all = (label: string, count: number, confidence?: number) =>
  Array.from({ length: count }, () => says(label, confidence));

const propose = (looks: readonly PageLook[], scores: readonly (number[] | null)[] = looks.map(() => null)) =>
  proposeSegments({ scores, cues: findCues(looks), nameOf: (row) => labels[row] ?? '' });
const rangesOf = (segments: readonly { firstPage: number; lastPage: number }[]) =>
  segments.map(({ firstPage, lastPage }) => [firstPage, lastPage]);
const plain = (count: number) => Array.from({ length: count }, () => page());

describe('the number printed on a page', () => {
  const read = (text: string, top = 960) => readPageNumber([...body('Nothing'), ...line(text, top)]);

  it.each([
    ['Page 2 of 3', { page: 2, total: 3, isStated: true }],
    ['Statement 4711 Page: 2/3', { page: 2, total: 3, isStated: true }],
    ['Seite 1 von 4', { page: 1, total: 4, isStated: true }],
    ['Form 1040 Page 2', { page: 2, total: null, isStated: true }],
    ['2/3', { page: 2, total: 3, isStated: true }],
    ['- 7 -', { page: 7, total: null, isStated: false }],
    ['12', { page: 12, total: null, isStated: false }],
  ])('is read from %s', (text, expected) => expect(read(text)).toEqual(expected));

  it.each([['Homepage 2 open'], ['Page 5 of 3'], ['Total 12'], ['2019'], ['Page 0'], ['1.5']])(
    'is not read from %s',
    (text) => expect(read(text)).toBeNull(),
  );

  it('is not looked for in the middle, nor a bare number away from the edge', () => {
    expect(read('Page 2 of 3', 500)).toBeNull();
    expect(read('2', 850)).toBeNull();
  });
});

describe('an ordinary document of several pages', () => {
  it('is proposed whole where nothing is known of its pages', () => {
    const [segment, ...others] = propose(plain(6));
    expect(others).toEqual([]);
    expect(segment).toMatchObject({ firstPage: 1, lastPage: 6, labelRow: null, labelConfidence: null });
    expect(segment?.confidence).toBeGreaterThan(0.9);
    expect(segment?.reason).toMatch(/nowhere does another document begin/);
  });

  it('is proposed whole with one page', () => {
    expect(propose([page()], [says('letter')])).toEqual([
      expect.objectContaining({ firstPage: 1, lastPage: 1, labelRow: 1, confidence: 1 }),
    ]);
    expect(propose([page()])[0]?.labelConfidence).toBeNull();
  });

  it('is proposed whole though a page of it looks like another kind, however sure the model is', () => {
    for (const odd of [0, 1, 3, 5]) {
      const scores = all('report', 6);
      scores[odd] = says('invoice', 0.999_999);
      expect(rangesOf(propose(plain(6), scores))).toEqual([[1, 6]]);
    }
  });

  it('is proposed whole where the model knows nothing', () => {
    const unsure = ['invoice', 'letter', 'form', 'memo', 'letter', 'report'].map((name) => says(name, 0.3));
    expect(rangesOf(propose(plain(6), unsure))).toEqual([[1, 6]]);
  });

  it('is proposed whole where its pages are numbered through, whatever the model says of them', () => {
    const looks = [1, 2, 3, 4].map((number) => numbered(`Page ${number} of 4`));
    const scores = ['invoice', 'letter', 'form', 'memo'].map((name) => says(name, 0.99));
    expect(rangesOf(propose(looks, scores))).toEqual([[1, 4]]);
  });

  it('is proposed whole with titles, tables on their side and other heads within', () => {
    const titled = page([...line('Chapter', 150, 40), ...body('Something')]);
    const wide = page(body('Numbers'), { width: 11.69, height: 8.27 });
    expect(rangesOf(propose([titled, page(), titled, wide, page(), titled]))).toEqual([[1, 6]]);
  });

  it('is proposed whole with a blank page within', () => {
    expect(rangesOf(propose([page(), blank, page(), page()]))).toEqual([[1, 4]]);
    expect(rangesOf(propose([page(), blank, page()], [says('letter'), null, says('letter')]))).toEqual([
      [1, 3],
    ]);
  });

  it('may have hundreds of pages', () => {
    expect(rangesOf(propose(plain(500), all('report', 500)))).toEqual([[1, 500]]);
  });
});

describe('a file that holds several documents', () => {
  it('is taken apart where the model sees another kind for some pages', () => {
    const scores = [...all('invoice', 3), ...all('letter', 3), ...all('report', 4)];
    const segments = propose(plain(10), scores);
    expect(rangesOf(segments)).toEqual([
      [1, 3],
      [4, 6],
      [7, 10],
    ]);
    expect(segments.map(({ labelRow }) => labelRow)).toEqual([0, 1, 3]);
    expect(segments[1]?.reason).toBe('page 4 looks like letter, the page before like invoice');
    for (const { confidence, labelConfidence } of segments) {
      expect(confidence).toBeGreaterThan(0.5);
      expect(labelConfidence).toBeCloseTo(0.95, 5);
    }
  });

  it('is taken apart where the numbering begins again, without any model', () => {
    const looks = ['Page 1 of 2', 'Page 2 of 2', 'Page 1 of 3', 'Page 2 of 3', 'Page 3 of 3'].map((text) =>
      numbered(text),
    );
    const segments = propose(looks);
    expect(rangesOf(segments)).toEqual([
      [1, 2],
      [3, 5],
    ]);
    expect(segments[1]?.reason).toBe(
      'page 3 says that it is page 1 of 3; the page before says that it is the last of 2; the page before is one of 2',
    );
  });

  it('is taken apart between forms of other names', () => {
    const form = (name: string) => page([...line(`Form ${name}`, 40), ...body('Something')]);
    const segments = propose([form('1040'), form('1040'), form('W-2'), form('1099-INT')]);
    expect(rangesOf(segments)).toEqual([
      [1, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(segments[1]?.reason).toBe('page 3 is of form W-2, the page before of 1040');
    expect(rangesOf(propose([form('1040'), form('1040'), page(), form('1040')]))).toEqual([[1, 4]]);
  });

  it('is taken apart between documents of one kind by their numbering', () => {
    const looks = ['Page 1 of 2', 'Page 2 of 2', 'Page 1 of 2', 'Page 2 of 2'].map((text) => numbered(text));
    expect(rangesOf(propose(looks, all('invoice', 4)))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('is taken apart at sheets put between them, which stay with what they follow', () => {
    const title = (seed: string) =>
      page([...line(seed, 60, 40), ...line('Some Street Town', 110), ...body(seed)]);
    const looks = [title('Alpha'), blank, title('Beta'), blank, title('Gamma')];
    expect(rangesOf(propose(looks))).toEqual([[1, 5]]);
    for (const index of [0, 2, 4]) looks[index] = numbered('Page 1 of 1', `Number ${index}`);
    const scores = [says('invoice'), null, says('letter'), null, says('form')];
    const segments = propose(looks, scores);
    expect(rangesOf(segments)).toEqual([
      [1, 2],
      [3, 4],
      [5, 5],
    ]);
    expect(segments[1]?.reason).toContain('page 2 is blank');
  });
});

describe('the probability of a beginning', () => {
  it('grows with what speaks for it, and falls with what speaks against', () => {
    const scores = [...all('invoice', 2), ...all('letter', 2)];
    const at = (cue: number) => boundaryProbabilities(scores, [0, cue, 0])[1] ?? 0;
    const grown = [-6, -2, 0, 2, 6].map(at);
    expect(grown).toEqual([...grown].sort((left, right) => left - right));
    expect(grown[0]).toBeLessThan(0.05);
    expect(grown[4]).toBeGreaterThan(0.95);
  });

  it('is that of the sum over all ways to take the file apart', () => {
    // Three pages, two labels: written out for each of the four ways.
    const scores = [
      [0.9, 0.1],
      [0.4, 0.6],
      [0.2, 0.8],
    ];
    const cues = [0.5, -0.3];
    const evidence = scores.map((row) => row.map((score) => 0.9 * 2 * score + 0.1));
    let [total, begins] = [0, [0, 0]];
    for (const way of [0, 1, 2, 3]) {
      const isBeginning = [way % 2 === 1, way >= 2];
      let sum = 0;
      for (let path = 0; path < 8; path += 1) {
        const states = [path % 2, (path >> 1) % 2, path >> 2];
        let product = 0.5 * (evidence[0]?.[states[0] ?? 0] ?? 0);
        for (const index of [0, 1]) {
          const [from, to] = [states[index] ?? 0, states[index + 1] ?? 0];
          const isSame = from === to ? 1 : 0;
          product *= isBeginning[index]
            ? 0.5 * Math.exp(cues[index] ?? 0) * (0.3 * isSame + 0.35)
            : 0.5 * isSame;
          product *= evidence[index + 1]?.[to] ?? 0;
        }
        sum += product;
      }
      total += 0.1 * sum;
      begins = begins.map((value, index) => value + (isBeginning[index] ? 0.1 * sum : 0));
    }
    const whole = [0, 1].map((label) => evidence.reduce((product, row) => product * (row[label] ?? 0), 0.5));
    total += 0.9 * whole.reduce((sum, value) => sum + value, 0);
    const found = boundaryProbabilities(scores, cues);
    expect(found[0]).toBeCloseTo((begins[0] ?? 0) / total, 10);
    expect(found[1]).toBeCloseTo((begins[1] ?? 0) / total, 10);
  });
});
