/**
 * Where in a file of several pages new documents begin, by what a model says of each page and what the pages say by their
 * print. A hidden Markov model: most files are one document, some are packets; in a packet each page may begin a document,
 * and all pages of a document are of one label, but for the odd page that looks like another. The sum over all ways to take
 * the file apart (forward and backward, Rabiner 1989) gives each beginning its probability, and only those that are as good as
 * certain are proposed: an ordinary document of several pages stays whole. Pure.
 */
import { joinPageProbabilities, mostLikely } from '../../layoutlmv2/probability.js';
import type { Cue } from './boundary-cues.js';

type ProposedSegment = {
  firstPage: number;
  lastPage: number;
  /** Row of the most likely label of its pages by the document rule; null where no model has scored them. */
  labelRow: number | null;
  /** The probability of that label; null like it. */
  labelConfidence: number | null;
  /** The least of the probabilities that it begins there, that it ends there, and that no other begins within. */
  confidence: number;
  reason: string;
};

/** A beginning less probable is not proposed. */
export const leastBoundaryConfidence = 0.9;

// Of the files that people upload, those that hold several documents: few, and a false proposal costs trust.
const packetShare = 0.1;
// Within a packet, a page is as likely as not to begin a document.
const boundaryShare = 0.5;
// Some packets are piles of one kind: the next document has the label of the one before, or else any label.
const sameLabelShare = 0.3;
// Pages of a document that look like another kind to a model, however certain it is: covers, tables, attachments. By this,
// of documents of which the model has 3 pages in 10 wrong, one in two thousand was taken apart in a simulation; packets
// of three pages each were found 3 times in 4 by the model alone, single sheets hardly ever without what they say in print.
const oddPageShare = 0.1;
// No sum of cues is more certain than what reads them.
const mostCue = 12;

/**
 * @param options.scores of each page, by label, summing to 1; null for a page that says nothing, blank or not scored.
 * @param options.cues between each page and the next.
 * @param options.nameOf the label of a row, for the reasons.
 */
export function proposeSegments(options: {
  scores: readonly (ArrayLike<number> | null)[];
  cues: readonly (readonly Cue[])[];
  nameOf: (row: number) => string;
}): ProposedSegment[] {
  const { scores, cues, nameOf } = options;
  const pageCount = scores.length;
  const boundaries = boundaryProbabilities(
    scores,
    cues.map((all) => all.reduce((sum, { weight }) => sum + weight, 0)),
  );
  const starts = [0];
  for (const [index, probability] of boundaries.entries()) {
    if (probability >= leastBoundaryConfidence) starts.push(index + 1);
  }
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? pageCount;
    const inner = boundaries.slice(start, end - 1);
    const ends = [boundaries[start - 1] ?? 1, boundaries[end - 1] ?? 1];
    return {
      firstPage: start + 1,
      lastPage: end,
      ...describeLabel(scores.slice(start, end)),
      confidence: Math.min(...ends, ...inner.map((probability) => 1 - probability)),
      reason: start === 0 ? firstReason(starts.length) : reasonOf(start, options.cues, scores, nameOf),
    };
  });
}

/** The probability that a new document begins after each page but the last. */
export function boundaryProbabilities(
  scores: readonly (ArrayLike<number> | null)[],
  cueSums: readonly number[],
): number[] {
  const { evidence, labelCount } = evidenceOf(scores);
  const odds = cueSums.map((sum) => Math.exp(Math.max(-mostCue, Math.min(mostCue, sum))));
  const forward = walkForward(evidence, labelCount, odds);
  const backward = walkBackward(evidence, labelCount, odds);
  // Both in logarithms: of a packet, summed over all ways to take it apart, and of one document.
  const packet = Math.log(packetShare) + forward.logTotal;
  const whole = Math.log(1 - packetShare) + logOfOneDocument(evidence, labelCount);
  const packetProbability = 1 / (1 + Math.exp(whole - packet));
  return odds.map((_, index) => {
    const before = forward.messages[index] ?? [];
    const after = (backward[index + 1] ?? []).map(
      (value, label) => value * (evidence[index + 1]?.[label] ?? 1),
    );
    const [stays, begins] = stepOf(before, labelCount, odds[index] ?? 1);
    const [staying, beginning] = [dot(stays, after), dot(begins, after)];
    return (packetProbability * beginning) / (staying + beginning);
  });
}

/** How much likelier a page is under each label than under one drawn at random; 1 for a page that says nothing. */
function evidenceOf(scores: readonly (ArrayLike<number> | null)[]): {
  evidence: number[][];
  labelCount: number;
} {
  const known = scores.filter((row) => row !== null);
  const rows = Math.max(1, ...known.map(({ length }) => length));
  // Rows that have been merged into others or retired have no score on any page.
  const used = Array.from({ length: rows }, (_, row) => row).filter((row) =>
    known.some((page) => (page[row] ?? 0) > 0),
  );
  const labelCount = Math.max(1, used.length);
  const evidence = scores.map((page) =>
    page === null
      ? new Array<number>(labelCount).fill(1)
      : used.map((row) => (1 - oddPageShare) * labelCount * (page[row] ?? 0) + oddPageShare),
  );
  return { evidence, labelCount };
}

/** From the states after a page to those before the evidence of the next: the document goes on, or another begins. */
function stepOf(before: readonly number[], labelCount: number, odds: number): [number[], number[]] {
  const drawn = before.reduce((sum, value) => sum + value, 0) / labelCount;
  return [
    before.map((value) => (1 - boundaryShare) * value),
    before.map((value) => boundaryShare * odds * (sameLabelShare * value + (1 - sameLabelShare) * drawn)),
  ];
}

function walkForward(evidence: readonly number[][], labelCount: number, odds: readonly number[]) {
  const messages: number[][] = [];
  let logTotal = 0;
  let state = new Array<number>(labelCount).fill(1 / labelCount);
  for (const [index, page] of evidence.entries()) {
    if (index > 0) {
      const [stays, begins] = stepOf(state, labelCount, odds[index - 1] ?? 1);
      state = stays.map((value, label) => value + (begins[label] ?? 0));
    }
    state = state.map((value, label) => value * (page[label] ?? 1));
    const total = state.reduce((sum, value) => sum + value, 0);
    // Scaled, so that a long file does not run out of numbers.
    state = state.map((value) => value / total);
    logTotal += Math.log(total);
    messages.push(state);
  }
  return { messages, logTotal };
}

/** What follows each page, by the label of its document; scaled, since only ratios count. */
function walkBackward(
  evidence: readonly number[][],
  labelCount: number,
  odds: readonly number[],
): number[][] {
  const messages = evidence.map(() => new Array<number>(labelCount).fill(1));
  for (let index = evidence.length - 2; index >= 0; index -= 1) {
    const after = (messages[index + 1] ?? []).map(
      (value, label) => value * (evidence[index + 1]?.[label] ?? 1),
    );
    const drawn = after.reduce((sum, value) => sum + value, 0) / labelCount;
    const likelihood = boundaryShare * (odds[index] ?? 1);
    const state = after.map(
      (value) =>
        (1 - boundaryShare) * value + likelihood * (sameLabelShare * value + (1 - sameLabelShare) * drawn),
    );
    const largest = Math.max(...state);
    messages[index] = state.map((value) => value / largest);
  }
  return messages;
}

function logOfOneDocument(evidence: readonly number[][], labelCount: number): number {
  const logs = Array.from({ length: labelCount }, (_, label) =>
    evidence.reduce((sum, page) => sum + Math.log(page[label] ?? 1), 0),
  );
  const largest = Math.max(...logs);
  const sum = logs.reduce((total, value) => total + Math.exp(value - largest), 0);
  return largest + Math.log(sum / labelCount);
}

function describeLabel(scores: readonly (ArrayLike<number> | null)[]) {
  const known = scores.filter((row) => row !== null);
  if (known.length === 0) return { labelRow: null, labelConfidence: null };
  const joined = joinPageProbabilities(known);
  const labelRow = mostLikely(joined);
  return { labelRow, labelConfidence: joined[labelRow] ?? null };
}

function firstReason(segmentCount: number): string {
  return segmentCount === 1
    ? `nowhere does another document begin with a probability of ${100 * leastBoundaryConfidence} %`
    : 'the file begins here';
}

function reasonOf(
  start: number,
  cues: readonly (readonly Cue[])[],
  scores: readonly (ArrayLike<number> | null)[],
  nameOf: (row: number) => string,
): string {
  const speaking = (cues[start - 1] ?? [])
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .map(({ reason }) => reason);
  const [former, own] = [scores[start - 1], scores[start]];
  if (former && own) {
    const [formerRow, ownRow] = [mostLikely(former), mostLikely(own)];
    if (formerRow !== ownRow) {
      speaking.push(
        `page ${start + 1} looks like ${nameOf(ownRow)}, the page before like ${nameOf(formerRow)}`,
      );
    }
  }
  return speaking.length > 0
    ? speaking.join('; ')
    : 'the pages around it belong together less than the others';
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}
