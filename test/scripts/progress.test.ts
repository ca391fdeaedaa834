/** What the commands show while they work through many files: a bar on a terminal, lines in a log. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';

type Progress = { skip(count: number): void; step(): void; end(): void };
type CreateProgress = (
  total: number,
  unit: string,
  options: { stream: { isTTY: boolean; write(text: string): void }; now: () => number },
) => Progress;

// The commands are plain JavaScript, without types.
const path = join(import.meta.dirname, '..', '..', 'scripts', 'client', 'progress.mjs');
const { createProgress } = (await import(pathToFileURL(path).href)) as { createProgress: CreateProgress };

let written: string[];
let seconds: number;

beforeEach(() => {
  written = [];
  seconds = 0;
});

const show = (total: number, isTTY: boolean) =>
  createProgress(total, 'files', {
    stream: { isTTY, write: (text) => void written.push(text) },
    now: () => 1000 * seconds,
  });

/** Does so many files in so many seconds each. */
const work = (progress: Progress, count: number, secondsEach: number) => {
  for (let index = 0; index < count; index += 1) {
    seconds += secondsEach;
    progress.step();
  }
};

describe('progress on a terminal', () => {
  it('is one bar that grows in its place, with speed and time left', () => {
    const progress = show(4, true);
    work(progress, 4, 2);
    expect(written).toEqual([
      '\r[########----------------------] 1 of 4 files (25 %), 0.5 files/s, 6 s left\u001b[K',
      '\r[###############---------------] 2 of 4 files (50 %), 0.5 files/s, 4 s left\u001b[K',
      '\r[#######################-------] 3 of 4 files (75 %), 0.5 files/s, 2 s left\u001b[K',
      '\r[##############################] 4 of 4 files (100 %), 0.5 files/s, 0 s left\u001b[K',
    ]);
    progress.end();
    expect(written.at(-1)).toBe('\n');
  });

  it('counts what was done before as done, but not as speed', () => {
    const progress = show(10, true);
    progress.skip(5);
    expect(written.at(-1)).toContain('5 of 10 files (50 %), 0.0 files/s, unknown time left');
    work(progress, 1, 4);
    expect(written.at(-1)).toContain('6 of 10 files (60 %), 0.3 files/s, 16 s left');
  });

  it.each([
    [1, '80 s left'],
    [60, '80 min left'],
    [3600, '80.0 h left'],
  ])('tells the time left in a unit that fits: of 80 files at %i s each', (secondsEach, left) => {
    work(show(81, true), 1, secondsEach);
    expect(written.at(-1)).toContain(`, ${left}`);
  });

  it('is full where there is nothing to do', () => {
    show(0, true).skip(0);
    expect(written).toEqual([expect.stringMatching(/^\r\[#{30}\] 0 of 0 files \(100 %\)/)]);
  });
});

describe('progress in a log', () => {
  it('is a line for each tenth, whatever the number of files', () => {
    const progress = show(1000, false);
    work(progress, 1000, 0.01);
    progress.end();
    expect(written).toHaveLength(10);
    expect(written[2]).toBe('300 of 1000 files (30 %), 100 files/s, 7 s left\n');
  });
});
