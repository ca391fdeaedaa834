/** The serving model in memory: loaded once, kept until another one serves, its tensors freed then. */
import { readCheckpoint } from '../layoutlmv2/checkpoints/checkpoint.js';
import { createPageClassifier, type PageClassifier } from '../layoutlmv2/classifier.js';
import { type Engine, type EngineName, startEngine } from '../layoutlmv2/engine.js';
import { createTokenizer } from '../layoutlmv2/tokenizer/tokenizer.js';
import type { WordTokenizer } from '../layoutlmv2/tokenizer/word-tokenizer.js';
import { getLabelIdsOfModel } from '../models/get-model-version.js';
import type { RequireLicence } from '../models/licence.js';
import type { ModelStore } from '../models/model-store.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import { findServingModel } from '../models/promote-model.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { createModelUnusableError } from './classification.errors.js';

export type LoadedModel = {
  version: ReadyModelVersion;
  /** In the order of the classifier's rows. */
  labelIds: readonly string[];
  tokenizer: WordTokenizer;
  classifier: PageClassifier;
  engine: Engine;
};

export type ServingClassifier = {
  /**
   * Runs `use` with the model that serves now, or answers null when none does. One use at a time: the network fills the
   * processor by itself, and a model is never freed under someone's hands.
   * @throws AppError MODEL_UNUSABLE when its folder cannot be read; LICENCE_REFUSED when weights of its licence, once
   * allowed, no longer are.
   */
  withServingModel<Result>(use: (model: LoadedModel) => Promise<Result>): Promise<Result | null>;
  close(): Promise<void>;
};

export function createServingClassifier(dependencies: {
  connection: DatabaseConnection;
  store: ModelStore;
  requireLicence: RequireLicence;
  enginePreference: EngineName | 'auto';
}): ServingClassifier {
  const { connection, store, requireLicence, enginePreference } = dependencies;
  let loaded: LoadedModel | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let engine: Promise<Engine> | null = null;

  const load = async (version: ReadyModelVersion): Promise<LoadedModel> => {
    requireLicence(version.licence, `Model version ${version.number}`);
    engine ??= startEngine(enginePreference);
    const startedEngine = await engine.catch((error: unknown) => {
      // The next try starts anew: a GPU may be free again by then.
      engine = null;
      throw error;
    });
    const labelIds = await getLabelIdsOfModel(connection.database, version.id);
    try {
      const checkpoint = await readCheckpoint(store.folderOf(version.id));
      const { config, weights } = checkpoint;
      const classifier = createPageClassifier({ config, weights, labelCount: labelIds.length });
      const tokenizer = createTokenizer(checkpoint.tokenizer);
      return { version, labelIds, tokenizer, classifier, engine: startedEngine };
    } catch (error) {
      throw createModelUnusableError(version.number, error);
    }
  };

  const runNext = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = queue.then(work);
    // The next in the queue starts however this one ends; its own caller hears of the failure.
    queue = result.catch(() => {});
    return result;
  };

  return {
    withServingModel: (use) =>
      runNext(async () => {
        const version = await findServingModel(connection.database);
        if (version === null) return null;
        if (loaded?.version.id !== version.id) {
          loaded?.classifier.dispose();
          loaded = null;
          loaded = await load(version);
        }
        return await use(loaded);
      }),
    close: () =>
      runNext(async () => {
        loaded?.classifier.dispose();
        loaded = null;
      }),
  };
}
