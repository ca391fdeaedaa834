import { describe, expect, it } from 'vitest';
import { measureSlices, slicesOf } from '../../src/training/document-slices.js';
import { suspectLabels } from '../../src/training/label-errors.js';
import { intervalsOf } from '../../src/training/metric-intervals.js';
import { findLimitFault, findLimitReached, watchLimits } from '../../src/training/run-limits.js';
import { createTimeLeft } from '../../src/training/time-left.js';

describe('the slices of a document', () => {
  const scan = {
    mediaType: 'image/tiff',
    pageCount: 3,
    wordSources: ['tesseract', 'tesseract', 'tesseract'],
    ocrConfidence: 0.8,
    skewDegrees: -2.5,
  };

  it('tell how it was scanned and read', () => {
    expect(slicesOf(scan)).toEqual([
      'OCR_CONFIDENCE:80 to 90 %',
      'PAGE_COUNT:2 to 3 pages',
      'WORD_SOURCE:tesseract',
      'SKEW:2 to 5°',
      'MEDIA_TYPE:image/tiff',
    ]);
    expect(
      slicesOf({ ...scan, wordSources: ['text-layer', 'tesseract'], ocrConfidence: null, skewDegrees: null }),
    ).toEqual(
      expect.arrayContaining(['OCR_CONFIDENCE:not read by OCR', 'WORD_SOURCE:several', 'SKEW:not measured']),
    );
  });

  it.each([
    [1, '1 page'],
    [2, '2 to 3 pages'],
    [10, '4 to 10 pages'],
    [11, 'more than 10 pages'],
  ])('put %d pages into "%s"', (pageCount, band) => {
    expect(slicesOf({ ...scan, pageCount })).toContain(`PAGE_COUNT:${band}`);
  });

  it('are measured each for itself', () => {
    const measured = measureSlices([
      { isCorrect: true, slices: ['PAGE_COUNT:1 page', 'SKEW:below 0.5°'] },
      { isCorrect: false, slices: ['PAGE_COUNT:1 page', 'SKEW:2 to 5°'] },
      { isCorrect: true, slices: ['PAGE_COUNT:2 to 3 pages', 'SKEW:below 0.5°'] },
    ]);
    expect(measured).toHaveLength(4);
    expect(measured).toContainEqual(
      expect.objectContaining({ dimension: 'PAGE_COUNT', band: '1 page', support: 2, accuracy: 0.5 }),
    );
    expect(measured).toContainEqual(
      expect.objectContaining({
        dimension: 'SKEW',
        band: 'below 0.5°',
        support: 2,
        accuracy: 1,
        accuracyHigh: 1,
      }),
    );
  });
});

describe('a label that may be wrong', () => {
  const scored = (documentId: string, label: number, probabilities: number[]) => ({
    documentId,
    label,
    probabilities,
  });

  it('is one that the network contradicts as surely as it usually knows the other label', () => {
    // Thresholds: (0.9 + 0.8 + 0.1) / 3 = 0.6 of the first class, (0.7 + 0.9) / 2 = 0.8 of the second.
    const documents = [
      scored('right', 0, [0.9, 0.1]),
      scored('also right', 0, [0.8, 0.2]),
      scored('wrong', 0, [0.1, 0.9]),
      scored('unsure', 1, [0.3, 0.7]),
      scored('sure', 1, [0.1, 0.9]),
    ];
    expect(suspectLabels(documents, 2)).toEqual([
      { documentId: 'wrong', label: 0, suggested: 1, labelConfidence: 0.1, suggestedConfidence: 0.9 },
    ]);
  });

  it('is not one of which the network is merely unsure', () => {
    const documents = [scored('a', 0, [0.9, 0.1]), scored('b', 0, [0.45, 0.55]), scored('c', 1, [0.1, 0.9])];
    expect(suspectLabels(documents, 2)).toEqual([]);
  });

  it('is never said to be a label that no document has', () => {
    expect(suspectLabels([scored('a', 0, [0.1, 0.2, 0.7])], 3)).toEqual([]);
  });

  it('comes the sooner the less likely it is', () => {
    const documents = [
      scored('a', 0, [0.95, 0.05]),
      scored('b', 1, [0.05, 0.95]),
      scored('doubtful', 0, [0.2, 0.8]),
      scored('very doubtful', 0, [0.1, 0.9]),
      scored('c', 1, [0.4, 0.6]),
    ];
    expect(suspectLabels(documents, 2).map(({ documentId }) => documentId)).toEqual([
      'very doubtful',
      'doubtful',
    ]);
  });
});

describe('how sure figures are', () => {
  const judged = Array.from({ length: 60 }, (_, index) => ({
    actual: index % 2,
    predicted: index % 6 === 0 ? 1 : index % 2,
    confidence: 0.85,
    loss: index % 6 === 0 ? 2 : 0.2,
  }));

  it('is an interval around them, the same for the same seed', () => {
    const intervals = intervalsOf(judged, 3, 7);
    expect(intervals).toEqual(intervalsOf(judged, 3, 7));
    expect(intervals).not.toEqual(intervalsOf(judged, 3, 8));
    // Ten of sixty are wrong: the loss is 0.5; the first class has 20 hits, 30 documents, 20 of them called so.
    expect(intervals?.loss.low).toBeLessThan(0.5);
    expect(intervals?.loss.high).toBeGreaterThan(0.5);
    expect(intervals?.f1[0]?.low).toBeLessThan(0.8);
    expect(intervals?.f1[0]?.high).toBeGreaterThan(0.8);
    expect(intervals?.ece.low).toBeGreaterThanOrEqual(0);
  });

  it('is not told of a class that does not occur, nor of nothing', () => {
    expect(intervalsOf(judged, 3, 7)?.f1[2]).toBeNull();
    expect(intervalsOf([], 3, 7)).toBeNull();
  });
});

describe('the time a run still needs', () => {
  const at = (step: number, epoch: number) => ({ step, totalSteps: 30, epoch, totalEpochs: 3 });

  it('is not known before the first step', () => {
    expect(createTimeLeft().secondsLeft(at(0, 1))).toBeNull();
  });

  it('is not moved by one slow step', () => {
    const timeLeft = createTimeLeft();
    for (const durationMs of [9000, 100, 100, 100, 100]) timeLeft.addStep(durationMs);
    expect(timeLeft.secondsLeft(at(5, 1))).toBeCloseTo(2.5, 9);
  });

  it('counts what epochs take beside their steps', () => {
    const timeLeft = createTimeLeft();
    for (let step = 0; step < 10; step += 1) timeLeft.addStep(100);
    timeLeft.addEpoch(3000);
    timeLeft.addStep(100);
    // 19 steps, and two more validations of two seconds.
    expect(timeLeft.secondsLeft(at(11, 2))).toBeCloseTo(1.9 + 4, 9);
  });

  it('follows a machine that has become faster', () => {
    const timeLeft = createTimeLeft();
    for (let step = 0; step < 100; step += 1) timeLeft.addStep(1000);
    for (let step = 0; step < 31; step += 1) timeLeft.addStep(10);
    expect(timeLeft.secondsLeft(at(29, 3))).toBeCloseTo(0.01, 9);
  });
});

describe('the limits of a run', () => {
  const none = { maxMinutes: null, maxMemoryMib: null };

  it('are told when they are reached', () => {
    const used = { milliseconds: 120_000, bytes: 3 * 1024 ** 3 };
    expect(findLimitReached(none, used)).toBeNull();
    expect(findLimitReached({ ...none, maxMinutes: 2.1 }, used)).toBeNull();
    expect(findLimitReached({ ...none, maxMinutes: 2 }, used)).toEqual({
      code: 'TIME_LIMIT',
      reason: 'the time limit of 2 minutes was reached',
    });
    expect(findLimitReached({ ...none, maxMemoryMib: 3072 }, used)).toBeNull();
    expect(findLimitReached({ ...none, maxMemoryMib: 2000 }, used)).toEqual({
      code: 'MEMORY_LIMIT',
      reason: 'the memory limit of 2000 MiB was reached: the process had 3072 MiB',
    });
  });

  it('count what was learnt before, and the memory of this process', () => {
    expect(watchLimits({ ...none, maxMinutes: 10 }, 600_000)()).toMatchObject({ code: 'TIME_LIMIT' });
    expect(watchLimits({ ...none, maxMinutes: 10 }, 0)()).toBeNull();
    expect(watchLimits({ ...none, maxMemoryMib: 1 }, 0)()).toMatchObject({ code: 'MEMORY_LIMIT' });
  });

  it.each([
    [{ ...none, maxMinutes: 0 }, /maxMinutes is 0/],
    [{ ...none, maxMinutes: Number.NaN }, /maxMinutes is NaN/],
    [{ ...none, maxMemoryMib: 1.5 }, /maxMemoryMib is 1.5/],
  ])('%j are refused', (limits, fault) => {
    expect(findLimitFault(limits)).toMatch(fault);
    expect(findLimitFault(none)).toBeNull();
  });
});
