/** What people write on a run: a note and tags, at any time, also after it has ended. */
import type { DatabaseConnection } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { isId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { createInvalidTagError, createRunNotFoundError } from './training.errors.js';
import { findRun, lockRun, updateRun } from './training.repository.js';
import type { TrainingRun } from './training-run.js';

/** What is not given stays; a note of null goes. */
export type AnnotateTrainingRun = (request: {
  id: string;
  note?: string | null;
  tags?: readonly string[];
}) => Promise<TrainingRun>;

// More no list can show, and longer ones are notes.
const mostTags = 20;
const longestTag = 50;

/** @returns a function that throws RUN_NOT_FOUND and INVALID_TAG. */
export function createAnnotateTrainingRun({
  connection,
}: {
  connection: DatabaseConnection;
}): AnnotateTrainingRun {
  return ({ id, note, tags }) =>
    connection.transaction(async (tx) => {
      const run = isId(id) ? await lockRun(tx, id) : null;
      if (run === null) throw createRunNotFoundError(id);
      await updateRun(tx, id, {
        ...(note !== undefined && { note: note && storableText(note) }),
        ...(tags && { tags: readTags(tags) }),
      });
      await announceEvent(tx, { topic: 'trainingRunUpdated', id });
      return (await findRun(tx, id)) ?? run;
    });
}

/** Tags as they are kept: trimmed, each once, by name. @throws AppError INVALID_TAG. */
export function readTags(tags: readonly string[]): string[] {
  const kept = [...new Set(tags.map((tag) => storableText(tag).trim()))].sort();
  if (kept.length > mostTags)
    throw createInvalidTagError(`A run has at most ${mostTags} tags, not ${kept.length}.`);
  for (const tag of kept) {
    if (tag === '' || tag.length > longestTag) {
      throw createInvalidTagError(
        `A tag has 1 to ${longestTag} characters, not ${tag.length}: ${JSON.stringify(tag.slice(0, longestTag))}`,
      );
    }
  }
  return kept;
}
