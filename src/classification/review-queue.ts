/**
 * The order in which documents come before people. Two lists are walked at once: what waits, by the uncertainty of the model
 * divided by the copies that wait already (see review-place.ts), and of the documents that a model has labelled a random
 * share, by a lot that each document draws when it is made. Every 1/share-th place is one of the second list, and when the
 * first ends, the rest of the second follows. Keys stay while a document waits, until another model serves or labels change, and a cursor holds its place in both
 * lists: a walk meets no document twice and skips none that was there when it began.
 */
import type { Database } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import { type ListPlace, listSample, listWaiting, type Uncertainty } from './review-queue.repository.js';

/** A place in the queue: how many came before it, and the last of each list among them. */
type QueuePlace = { count: number; waiting: ListPlace | null; sample: ListPlace | null };

export type QueueRow = { documentId: string; place: QueuePlace };

/** One page of the queue: at most `limit` rows after a place, and whether more follow. */
export async function listReviewQueue(
  database: Database,
  options: {
    uncertainty: Uncertainty;
    /** From 0 to 1: of the labelled documents that are in the queue, and of the places in it that are theirs. */
    share: number;
    first: number;
    after: QueuePlace | null;
    /** Leaves out what others than this reviewer have claimed; null leaves out nothing. */
    notClaimedFrom: string | null;
  },
): Promise<{ rows: QueueRow[]; hasNextPage: boolean }> {
  const { uncertainty, share, first, after, notClaimedFrom } = options;
  const list = { limit: first + 1, notClaimedFrom };
  const waiting = await listWaiting(database, { ...list, uncertainty, after: after?.waiting ?? null });
  const sample =
    share > 0 ? await listSample(database, { ...list, share, after: after?.sample ?? null }) : [];
  const rows = mixLists({ waiting, sample, share, after: after ?? start });
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

const start: QueuePlace = { count: 0, waiting: null, sample: null };

/** Puts a document of the sample at every 1/share-th place; where one list ends the other goes on. */
export function mixLists(options: {
  waiting: readonly ListPlace[];
  sample: readonly ListPlace[];
  share: number;
  after: QueuePlace;
}): QueueRow[] {
  const { waiting, sample, share, after } = options;
  const every = share > 0 ? Math.max(1, Math.round(1 / share)) : Number.POSITIVE_INFINITY;
  const rows: QueueRow[] = [];
  let place = after;
  let [waitingIndex, sampleIndex] = [0, 0];
  for (;;) {
    const [nextWaiting, nextSample] = [waiting[waitingIndex], sample[sampleIndex]];
    const isSampleTurn = (place.count + 1) % every === 0;
    const count = place.count + 1;
    if (nextSample && (isSampleTurn || !nextWaiting)) {
      sampleIndex += 1;
      place = { ...place, count, sample: nextSample };
      rows.push({ documentId: nextSample.documentId, place });
    } else if (nextWaiting) {
      waitingIndex += 1;
      place = { ...place, count, waiting: nextWaiting };
      rows.push({ documentId: nextWaiting.documentId, place });
    } else return rows;
  }
}

/** The text that stands for a place in a cursor; a place belongs to one order. */
export function writePlace({ count, waiting, sample }: QueuePlace, uncertainty: Uncertainty): string {
  const write = (place: ListPlace | null) => (place ? `${place.key} ${place.documentId}` : '- -');
  return `${uncertainty} ${count} ${write(waiting)} ${write(sample)}`;
}

/** The place that a text stands for in an order, null if it is none. */
export function readPlace(text: string, uncertainty: Uncertainty): QueuePlace | null {
  const [order, countText = '', ...rest] = text.split(' ');
  const [waiting, sample] = [readListPlace(rest[0], rest[1]), readListPlace(rest[2], rest[3])];
  const isPlace = order === uncertainty && /^\d{1,9}$/.test(countText) && rest.length === 4;
  if (!isPlace || waiting === undefined || sample === undefined) return null;
  return { count: Number(countText), waiting, sample };
}

function readListPlace(keyText = '', documentId = ''): ListPlace | null | undefined {
  if (keyText === '-' && documentId === '-') return null;
  const key = Number(keyText || Number.NaN);
  return Number.isFinite(key) && isId(documentId) ? { key, documentId } : undefined;
}
