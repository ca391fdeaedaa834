/**
 * The labels of many documents at once, for the features to the right. Each function answers the ids of those it changed; a walk
 * over the documents of a label goes on after the last of them.
 */
import type { Transaction } from '../platform/database/database.js';
import { announceEvents } from '../platform/events/event.repository.js';
import type { EffectiveLabel } from './document.repository.js';
import {
  clearModelLabel,
  listModelLabelled,
  lockDocuments,
  type NextOfLabel,
  updateLabelOfDocuments,
  updateLabels,
} from './document-labels.repository.js';

/** Documents that no other transaction changes until this one ends. */
export async function holdDocuments(tx: Transaction, ids: readonly string[]): Promise<void> {
  await lockDocuments(tx, ids);
}

/** Writes down what decisions and predictions amount to. */
export async function setEffectiveLabels(
  tx: Transaction,
  labels: readonly (EffectiveLabel & { id: string })[],
): Promise<string[]> {
  return await announced(tx, await updateLabels(tx, labels));
}

/** Makes the next documents of a label those of another. */
export async function moveDocumentsToLabel(
  tx: Transaction,
  next: NextOfLabel,
  toId: string,
): Promise<string[]> {
  return await announced(tx, await updateLabelOfDocuments(tx, next, toId));
}

/** Lets a person look at the next ones that only a model has given a label. */
export async function unlabelModelDocuments(tx: Transaction, next: NextOfLabel): Promise<string[]> {
  return await announced(tx, await clearModelLabel(tx, next));
}

/** Ids of the next documents to which a model has given a label. */
export async function listDocumentsLabelledByModel(tx: Transaction, next: NextOfLabel): Promise<string[]> {
  return await listModelLabelled(tx, next);
}

async function announced(tx: Transaction, ids: string[]): Promise<string[]> {
  await announceEvents(tx, 'documentUpdated', ids);
  return ids;
}
