/** The labels of many documents at once, for the features to the right. Each function answers the ids of those it changed. */
import type { Transaction } from '../platform/database/database.js';
import { announceEvents } from '../platform/events/event.repository.js';
import type { EffectiveLabel } from './document.repository.js';
import {
  clearModelLabel,
  listModelLabelled,
  lockDocuments,
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

/** Makes all documents of a label those of another. */
export async function moveDocumentsToLabel(tx: Transaction, fromId: string, toId: string): Promise<string[]> {
  return await announced(tx, await updateLabelOfDocuments(tx, fromId, toId));
}

/** Lets a person look at what only a model has given a label. */
export async function unlabelModelDocuments(tx: Transaction, labelId: string): Promise<string[]> {
  return await announced(tx, await clearModelLabel(tx, labelId));
}

/** Ids of the documents to which a model has given a label. */
export async function listDocumentsLabelledByModel(tx: Transaction, labelId: string): Promise<string[]> {
  return await listModelLabelled(tx, labelId);
}

async function announced(tx: Transaction, ids: string[]): Promise<string[]> {
  await announceEvents(tx, 'documentUpdated', ids);
  return ids;
}
