/** Puts a model version into service, and takes the last promotion back. */
import type { Database, DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId, isId } from '../shared/ids.js';
import { createModelVersionNotFoundError, createNothingToRollBackError } from './model.errors.js';
import { type ModelFact, type ModelVersion, servingAlias } from './model-version.js';
import {
  findByAlias,
  findModelVersion,
  listMoves,
  lockAlias,
  moveAlias,
} from './model-version.repository.js';

export type PromoteModel = (id: string) => Promise<ModelVersion>;
export type RollbackModel = () => Promise<ModelVersion>;

/** How a roll-back is written down, by which the next one knows what has been taken back. */
const rolledBackReason = 'rolled back';

type Dependencies = {
  connection: DatabaseConnection;
  announce: (tx: Transaction, fact: ModelFact) => Promise<void>;
};

/** The version that classifies, null before there is one. */
export async function findServingModel(database: Database): Promise<ModelVersion | null> {
  return await findByAlias(database, servingAlias);
}

/** @returns a function that throws MODEL_VERSION_NOT_FOUND. Promoting what serves already changes nothing. */
export function createPromoteModel(dependencies: Dependencies): PromoteModel {
  return (id) =>
    dependencies.connection.transaction(async (tx) => {
      const version = isId(id) ? await findModelVersion(tx, id) : null;
      if (version === null) throw createModelVersionNotFoundError(id);
      await serve(tx, version, 'promoted by hand', dependencies.announce);
      return version;
    });
}

/** Puts a version into service if none is; says whether it did. */
export async function serveIfNoneServes(
  tx: Transaction,
  version: ModelVersion,
  announce: Dependencies['announce'],
): Promise<boolean> {
  await lockAlias(tx, servingAlias);
  if ((await findByAlias(tx, servingAlias)) !== null) return false;
  await serve(tx, version, 'the first version', announce);
  return true;
}

/**
 * @returns a function that serves again what served before the last promotion that has not been taken back.
 * It throws NOTHING_TO_ROLL_BACK.
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
          await serve(tx, previous, rolledBackReason, dependencies.announce);
          return previous;
        }
      }
      throw createNothingToRollBackError();
    });
}

async function serve(
  tx: Transaction,
  version: ModelVersion,
  reason: string,
  announce: Dependencies['announce'],
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
