/** The documents of a filter scored by a model anew, or only as if: types and pure rules. */
import type { DocumentFilter } from '../documents/list-documents.js';

export const reclassificationStatuses = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type ReclassificationStatus = (typeof reclassificationStatuses)[number];

export type Reclassification = {
  id: string;
  /** From 1, in the order of their making. */
  number: number;
  status: ReclassificationStatus;
  /** Why it failed or was cancelled. */
  statusReason: string | null;
  /** Whether it only tells what would change. */
  isDryRun: boolean;
  modelVersionId: string;
  filter: DocumentFilter;
  /** The last document that is done; null before the first. */
  position: string | null;
  /** Documents of the filter when it was asked for. */
  total: number;
  done: number;
  /** Of those done, the ones left alone because a person has decided them. */
  decided: number;
  requestedBy: string;
  cancelRequestedAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

/** How many documents have gone, or would go, from one label to another; null for none. */
export type LabelChangeCount = { fromLabelId: string | null; toLabelId: string | null; count: number };

/** What the reclassification of documents announces. */
export type ReclassificationFact =
  | { name: 'reclassificationRequested'; reclassificationId: string }
  | { name: 'reclassificationContinues'; reclassificationId: string };

export function isReclassificationOver({ status }: Pick<Reclassification, 'status'>): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}

/** By the pace so far, waiting included; null before the first document and at the end. */
export function secondsLeftOf(
  { status, startedAt, done, total }: Reclassification,
  now: Date,
): number | null {
  if (status !== 'RUNNING' || startedAt === null || done === 0) return null;
  const elapsedSeconds = (now.getTime() - startedAt.getTime()) / 1000;
  return (elapsedSeconds / done) * Math.max(0, total - done);
}
