/** A model in memory: loaded once, kept until another one is wanted, then freed as soon as nobody computes with it. */
import { type Engine, type EngineName, startEngine } from '../layoutlmv2/engine.js';
import { getLabelIdsOfModel } from '../models/get-model-version.js';
import type { RequireLicence } from '../models/licence.js';
import type { ModelStore } from '../models/model-store.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { LoadedClassifier } from './architectures/architecture.js';
import { loadClassifier } from './architectures/architectures.js';
import { createModelUnusableError } from './classification.errors.js';

export type LoadedModel = {
  version: ReadyModelVersion;
  /** In the order of the classifier's rows. */
  labelIds: readonly string[];
  /** Of whatever architecture the version is. */
  classifier: LoadedClassifier;
};

export type ModelHolder = {
  /**
   * Runs `use` with the model that `find` answers now, or answers null when it answers none. Several may use it at once. When
   * another one is wanted, those who come wait until the last has let go of the one before: a model is never freed under
   * someone's hands, and a holder never has two in memory.
   * @throws AppError MODEL_UNUSABLE when its folder cannot be read; LICENCE_REFUSED when weights of its licence, once
   * allowed, no longer are.
   */
  withModel<Result>(
    find: () => Promise<ReadyModelVersion | null>,
    use: (model: LoadedModel) => Promise<Result>,
  ): Promise<Result | null>;
  close(): Promise<void>;
};

/** The loaded model, and who uses it. */
type HeldModel = { model: LoadedModel; uses: Set<Promise<unknown>> };

export type ModelHolderDependencies = {
  connection: DatabaseConnection;
  store: ModelStore;
  requireLicence: RequireLicence;
  enginePreference: EngineName | 'auto';
  /** For how long a model that nobody uses is kept, in milliseconds; not given: until another one is wanted. */
  idleMs?: number;
};

export function createModelHolder(dependencies: ModelHolderDependencies): ModelHolder {
  const { connection, store, requireLicence, enginePreference, idleMs } = dependencies;
  let held: HeldModel | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let engine: Promise<Engine> | null = null;
  let idleTimer: NodeJS.Timeout | undefined;

  const load = async (version: ReadyModelVersion): Promise<HeldModel> => {
    requireLicence(version.licence, `Model version ${version.number}`);
    const labelIds = await getLabelIdsOfModel(connection.database, version.id);
    let engineFault: unknown = null;
    const startEngineOnce = async () => {
      engine ??= startEngine(enginePreference);
      return await engine.catch((error: unknown) => {
        // The next try starts anew: a GPU may be free again by then.
        engine = null;
        engineFault = error;
        throw error;
      });
    };
    try {
      const labelCount = labelIds.length;
      const classifier = await loadClassifier({ version, store, labelCount, startEngine: startEngineOnce });
      return { model: { version, labelIds, classifier }, uses: new Set() };
    } catch (error) {
      // What is wrong with the engine is not the model's fault.
      throw error === engineFault ? error : createModelUnusableError(version.number, error);
    }
  };

  const runNext = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = queue.then(work);
    // The next in the queue starts however this one ends; its own caller hears of the failure.
    queue = result.catch(() => {});
    return result;
  };

  const release = async () => {
    clearTimeout(idleTimer);
    if (held === null) return;
    const { uses, model } = held;
    await Promise.allSettled(uses);
    held = null;
    await model.classifier.dispose();
  };

  const releaseWhenIdle = () => {
    if (idleMs === undefined) return;
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => {
      // Whoever has come meanwhile has set another timer, or will when done.
      void runNext(async () => {
        if (held?.uses.size === 0) await release();
      });
    }, idleMs);
    idleTimer.unref();
  };

  return {
    async withModel(find, use) {
      // In the queue only until the model is at hand. The use is wrapped, as a promise would be waited for there.
      const begun = await runNext(async () => {
        const version = await find();
        if (version === null) return null;
        if (held?.model.version.id !== version.id) {
          await release();
          held = await load(version);
        }
        const { model, uses } = held;
        const using = use(model);
        uses.add(using);
        const end = () => {
          uses.delete(using);
          releaseWhenIdle();
        };
        // Its failure is the caller's, who waits for it below.
        using.then(end, end);
        return { using };
      });
      return begun === null ? null : await begun.using;
    },
    close: () => runNext(release),
  };
}
