/**
 * Puts a document that has been read into the group of those that are nearly the same. A document that resembles two groups
 * makes them one: a group only grows. A second kind of group takes the parts of one file for one, too: what is nearly the
 * same, or comes from one file, must not stand on both sides when a model is measured.
 */
import type { Database, DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import { groupDuplicatesJob } from './document.jobs.js';
import {
  type Groups,
  insertMembers,
  joinGroups,
  listAppearances,
  listCandidates,
  listGroups,
  listMembers,
  lockGroups,
  saveFingerprint,
  saveIncomparable,
} from './duplicate.repository.js';
import { describeLikeness, fingerprintKeys, isNearlySame, type Likeness } from './near-duplicate.js';

// Those that share most keys come first: whoever is like none of twenty is like none.
const mostCandidates = 20;
// Of one transaction: a second or two.
const documentsAtOnce = 500;

export function createGroupDuplicates(dependencies: {
  connection: DatabaseConnection;
  log: Log;
}): JobHandler<{ documentId: string }> {
  const { connection, log } = dependencies;
  return {
    definition: groupDuplicatesJob,
    async run({ documentId }) {
      const count = await connection.transaction((tx) => groupDocuments(tx, [documentId]));
      return count > 0 ? jobDone : jobSkipped('the document is gone');
    },
    // A run groups what it is about to learn from and is not grouped yet, or fails with the same fault.
    giveUp: async ({ documentId }, error) =>
      log.error({ documentId, error: messageOf(error) }, 'a document could not be compared with others'),
  };
}

/** Groups those of the documents that are not grouped yet. */
export async function groupNewDocuments(
  connection: DatabaseConnection,
  documentIds: readonly string[],
): Promise<void> {
  const known = await listGroups(connection.database, documentIds);
  const fresh = documentIds.filter((id) => !known.has(id));
  for (let start = 0; start < fresh.length; start += documentsAtOnce) {
    const part = fresh.slice(start, start + documentsAtOnce);
    await connection.transaction((tx) => groupDocuments(tx, part));
  }
}

/** Lets no group change until the transaction ends. */
export async function holdDuplicateGroups(tx: Transaction): Promise<void> {
  await lockGroups(tx);
}

/**
 * Puts parts of a document, with their words, into its group and compares them with all others. The caller has held the
 * groups before any document.
 */
export async function groupParts(
  tx: Transaction,
  documentId: string,
  partIds: readonly string[],
): Promise<void> {
  if (!(await listGroups(tx, [documentId])).has(documentId)) await groupDocuments(tx, [documentId]);
  const groupId = (await listGroups(tx, [documentId])).get(documentId)?.groupId ?? documentId;
  await insertMembers(tx, partIds, groupId);
  await groupDocuments(tx, partIds);
}

/** Of each document that has been compared with the others, the group that must not straddle splits, by document. */
export async function listDuplicateGroups(
  database: Database,
  documentIds: readonly string[],
): Promise<Map<string, string>> {
  const groups = await listGroups(database, documentIds);
  return new Map([...groups].map(([documentId, { groupId }]) => [documentId, groupId]));
}

/** The documents of groups, newest first. */
export async function listGroupMembers(
  database: Database,
  groupIds: readonly string[],
): Promise<{ documentId: string; groupId: string }[]> {
  return await listMembers(database, groupIds);
}

/** @returns how many of them there are. */
async function groupDocuments(tx: Transaction, documentIds: readonly string[]): Promise<number> {
  await lockGroups(tx);
  const appearances = await listAppearances(tx, documentIds);
  const known = await listGroups(tx, documentIds);
  const alone: string[] = [];
  for (const [documentId, { text, pictures }] of appearances) {
    const likeness = describeLikeness(text, pictures);
    const isComparable = fingerprintKeys(likeness).kept.length > 0;
    if (isComparable || known.has(documentId))
      await groupDocument(tx, documentId, likeness, known.get(documentId));
    else alone.push(documentId);
  }
  await saveIncomparable(tx, alone);
  return appearances.size;
}

async function groupDocument(
  tx: Transaction,
  documentId: string,
  likeness: Likeness,
  own: Groups | undefined,
): Promise<void> {
  const { kept, sought } = fingerprintKeys(likeness);
  const candidates = await listCandidates(tx, documentId, sought, mostCandidates);
  const appearances = await listAppearances(
    tx,
    candidates.map((candidate) => candidate.documentId),
  );
  const alike = candidates.filter((candidate) => {
    const other = appearances.get(candidate.documentId);
    return other && isNearlySame(likeness, describeLikeness(other.text, other.pictures));
  });
  const join = async (kind: keyof Groups) => {
    const ids = new Set([...(own ? [own[kind]] : []), ...alike.map((candidate) => candidate[kind])]);
    // The oldest: an id sorts by its creation.
    const [id = documentId, ...others] = [...ids].sort();
    await joinGroups(tx, kind, others, id);
    return id;
  };
  const groups = { alikeId: await join('alikeId'), groupId: await join('groupId') };
  await saveFingerprint(tx, { documentId, ...groups, keys: kept });
}
