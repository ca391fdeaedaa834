/** Puts a model version into service, and takes the last promotion back. */
import type { Database, DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { requireReady } from './get-model-version.js';
import type { RequireLicence } from './licence.js';
import {
  createModelVersionNotFoundError,
  createNoClassifierError,
  createNothingToRollBackError,
  createUnmappedClassesError,
} from './model.errors.js';
import { type ModelFact, type ModelVersion, type ReadyModelVersion, servingAlias } from './model-version.js';
import {
  findByAlias,
  findModelVersion,
  listMoves,
  lockAlias,
  moveAlias,
} from './model-version.repository.js';

export type PromoteModel = (id: string) => Promise<ReadyModelVersion>;
export type RollbackModel = () => Promise<ReadyModelVersion>;

/** How a roll-back is written down, by which the next one knows what has been taken back. */
const rolledBackReason = 'rolled back';

type Announce = (tx: Transaction, fact: ModelFact) => Promise<void>;
type Dependencies = { connection: DatabaseConnection; requireLicence: RequireLicence; announce: Announce };

/** The version that classifies, null before there is one. */
export async function findServingModel(database: Database): Promise<ReadyModelVersion | null> {
  const version = await findByAlias(database, servingAlias);
  return version && requireReady(version);
}

/**
 * @returns a function that throws MODEL_VERSION_NOT_FOUND, MODEL_VERSION_NOT_READY, MODEL_HAS_NO_CLASSIFIER,
 * MODEL_CLASSES_UNMAPPED and LICENCE_REFUSED. Promoting what serves already changes nothing.
 */
export function createPromoteModel(dependencies: Dependencies): PromoteModel {
  return (id) =>
    dependencies.connection.transaction(async (tx) => {
      const version = isId(id) ? await findModelVersion(tx, id) : null;
      if (version === null) throw createModelVersionNotFoundError(id);
      const usable = requireServable(version, dependencies.requireLicence);
      await serve(tx, usable, 'promoted by hand', dependencies.announce);
      return usable;
    });
}

/** Puts a version into service if none is; says whether it did. */
export async function serveIfNoneServes(
  tx: Transaction,
  version: ReadyModelVersion,
  announce: Announce,
): Promise<boolean> {
  await lockAlias(tx, servingAlias);
  if ((await findByAlias(tx, servingAlias)) !== null) return false;
  await serve(tx, version, 'the first version', announce);
  return true;
}

/**
 * @returns a function that serves again what served before the last promotion that has not been taken back.
 * It throws NOTHING_TO_ROLL_BACK, and what promoting that version would throw.
 */
export function createRollbackModel(dependencies: Dependencies): RollbackModel {
  return () =>
    dependencies.connection.transaction(async (tx) => {
      await lockAlias(tx, servingAlias);
      // Each roll-back undoes one promotion, so the two cancel out like brackets.
      let undone = 0;
      for (const move of await listMoves(tx, servingAlias)) {
        if (move.reason === rolledBackReason) undone += 1;
        else if (undone > 0) undone -= 1;
        else {
          const previous = move.previousId === null ? null : await findModelVersion(tx, move.previousId);
          if (previous === null) break;
          const usable = requireServable(previous, dependencies.requireLicence);
          await serve(tx, usable, rolledBackReason, dependencies.announce);
          return usable;
        }
      }
      throw createNothingToRollBackError();
    });
}

function requireServable(version: ModelVersion, requireLicence: RequireLicence): ReadyModelVersion {
  const ready = requireReady(version);
  if (!ready.hasClassifier) throw createNoClassifierError(ready.number);
  if (ready.unmappedClasses.length > 0) throw createUnmappedClassesError(ready.number, ready.unmappedClasses);
  requireLicence(ready.licence, `Model version ${ready.number}`);
  return ready;
}

async function serve(
  tx: Transaction,
  version: ReadyModelVersion,
  reason: string,
  announce: Announce,
): Promise<void> {
  await lockAlias(tx, servingAlias);
  const previous = await findByAlias(tx, servingAlias);
  if (previous?.id === version.id) return;
  const move = {
    id: createId(),
    alias: servingAlias,
    modelVersionId: version.id,
    previousId: previous?.id ?? null,
    reason,
  };
  await moveAlias(tx, move);
  await announce(tx, { name: 'servingModelChanged', modelVersionId: version.id });
}
