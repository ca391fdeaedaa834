/**
 * Puts a model version into service, and takes promotions back. Each change is an event with who, when and why; a roll-back is
 * one too. Workers ask which version serves before each document, so a promotion needs no restart.
 */
import type { Database, DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import { hasNetwork } from './architecture.js';
import { isReadyWithFiles, requireReady } from './get-model-version.js';
import type { RequireLicence } from './licence.js';
import {
  createInvalidStepsError,
  createModelVersionNotFoundError,
  createNeedsFineTuningError,
  createNoClassifierError,
  createNothingToRollBackError,
  createUnmappedClassesError,
} from './model.errors.js';
import {
  type ModelFact,
  type ModelVersion,
  type PromotionEvent,
  type ReadyModelVersion,
  servingAlias,
  shadowAlias,
} from './model-version.js';
import {
  deleteAlias,
  findByAlias,
  findModelVersion,
  lockAlias,
  setAlias,
} from './model-version.repository.js';
import { insertPromotion, listPromotions } from './promotion.repository.js';

/** Who changes what serves, and why. */
type Author = { promotedBy: string | null; reason?: string | null };

export type PromoteModel = (id: string, author?: Author) => Promise<ReadyModelVersion>;
/** @param steps promotions to take back; 1 if not given. */
export type RollbackModel = (steps?: number, author?: Author) => Promise<ReadyModelVersion>;

type Announce = (tx: Transaction, fact: ModelFact) => Promise<void>;
type Dependencies = { connection: DatabaseConnection; requireLicence: RequireLicence; announce: Announce };
type Change = Pick<PromotionEvent, 'kind' | 'reason' | 'promotedBy'> & { steps?: number };

/** The version that classifies, null before there is one. */
export async function findServingModel(database: Database): Promise<ReadyModelVersion | null> {
  const version = await findByAlias(database, servingAlias);
  return version && requireReady(version);
}

/**
 * The version whose network classifies or did so last: what serves, or where that is a text classifier the newest of the versions
 * that served before it and has one. Null where there is none.
 */
export async function findServingNetwork(database: Database): Promise<ReadyModelVersion | null> {
  const serving = await findServingModel(database);
  if (serving === null || hasNetwork(serving)) return serving;
  for (const id of (await listStandingPromotions(database)).reverse()) {
    const version = await findModelVersion(database, id);
    if (version && hasNetwork(version) && isReadyWithFiles(version)) return version;
  }
  return null;
}

/**
 * @returns a function that throws MODEL_VERSION_NOT_FOUND, MODEL_VERSION_NOT_READY, MODEL_FILES_COLLECTED,
 * MODEL_HAS_NO_CLASSIFIER, MODEL_NEEDS_FINE_TUNING, MODEL_CLASSES_UNMAPPED and LICENCE_REFUSED. Promoting what serves already changes nothing.
 */
export function createPromoteModel(dependencies: Dependencies): PromoteModel {
  return (id, author) =>
    dependencies.connection.transaction(async (tx) => {
      // Before the version is read: its files may be about to be given up.
      await lockAlias(tx, servingAlias);
      const version = isId(id) ? await findModelVersion(tx, id) : null;
      if (version === null) throw createModelVersionNotFoundError(id);
      const usable = requireServable(version, dependencies.requireLicence);
      const change = { kind: 'MANUAL' as const, ...authored(author, 'promoted by hand') };
      await serve(tx, usable, change, dependencies.announce);
      return usable;
    });
}

/** Puts a version into service if what serves is still what it was measured against: null for nothing. Says whether it did. */
export async function serveInsteadOf(
  tx: Transaction,
  version: ReadyModelVersion,
  { expectedId, reason }: { expectedId: string | null; reason: string },
  announce: Announce,
): Promise<boolean> {
  await lockAlias(tx, servingAlias);
  const serving = await findByAlias(tx, servingAlias);
  if ((serving?.id ?? null) !== expectedId) return false;
  const kind = expectedId === null ? 'FIRST' : 'AUTOMATIC';
  await serve(tx, version, { kind, reason, promotedBy: null }, announce);
  return true;
}

/**
 * @returns a function that serves again what served before the last promotions that have not been taken back, however many
 * of them. It throws NOTHING_TO_ROLL_BACK where there are not so many, and what promoting that version would throw.
 */
export function createRollbackModel(dependencies: Dependencies): RollbackModel {
  return (steps = 1, author) =>
    dependencies.connection.transaction(async (tx) => {
      if (steps < 1) throw createInvalidStepsError(steps);
      await lockAlias(tx, servingAlias);
      const served = await listStandingPromotions(tx);
      const previousId = served.at(-1 - steps);
      const previous = previousId === undefined ? null : await findModelVersion(tx, previousId);
      if (previous === null) throw createNothingToRollBackError(steps, Math.max(0, served.length - 1));
      const usable = requireServable(previous, dependencies.requireLicence);
      const change = { kind: 'ROLLBACK' as const, steps, ...authored(author, 'rolled back') };
      await serve(tx, usable, change, dependencies.announce);
      return usable;
    });
}

/** The versions of the promotions that nobody has taken back, oldest first: the last one serves. */
export async function listStandingPromotions(database: Database): Promise<string[]> {
  const standing: string[] = [];
  for (const { kind, modelVersionId, steps } of await listPromotions(database)) {
    if (kind === 'ROLLBACK') standing.splice(-steps);
    else standing.push(modelVersionId);
  }
  return standing;
}

/** @throws what {@link createPromoteModel} throws of a version that is there. */
export function requireServable(version: ModelVersion, requireLicence: RequireLicence): ReadyModelVersion {
  const ready = requireReady(version);
  if (!ready.hasClassifier) throw createNoClassifierError(ready.number);
  if (ready.isPretrainedBase) throw createNeedsFineTuningError(ready.number);
  if (ready.unmappedClasses.length > 0) throw createUnmappedClassesError(ready.number, ready.unmappedClasses);
  requireLicence(ready.licence, `Model version ${ready.number}`);
  return ready;
}

function authored(author: Author | undefined, reason: string): { promotedBy: string | null; reason: string } {
  return {
    promotedBy: author?.promotedBy ?? null,
    reason: (author?.reason && storableText(author.reason).trim()) || reason,
  };
}

async function serve(
  tx: Transaction,
  version: ReadyModelVersion,
  change: Change,
  announce: Announce,
): Promise<void> {
  const previous = await findByAlias(tx, servingAlias);
  if (previous?.id === version.id && change.kind !== 'ROLLBACK') return;
  await setAlias(tx, servingAlias, version.id);
  // What serves is heard anyway.
  await deleteAlias(tx, shadowAlias, version.id);
  await insertPromotion(tx, {
    id: createId(),
    steps: 0,
    ...change,
    modelVersionId: version.id,
    previousId: previous?.id ?? null,
  });
  if (previous?.id !== version.id) {
    await announce(tx, { name: 'servingModelChanged', modelVersionId: version.id });
  }
}
