/** A model in memory: loaded once, kept until another one is wanted, then freed as soon as nobody computes with it. */
import { openCheckpoint } from '../layoutlmv2/checkpoints/checkpoint.js';
import { type Engine, type EngineName, startEngine } from '../layoutlmv2/engine.js';
import type { PageQueue } from '../layoutlmv2/page-queue.js';
import { createResidentClassifier } from '../layoutlmv2/parallel/resident-classifier.js';
import { createTokenizer } from '../layoutlmv2/tokenizer/tokenizer.js';
import type { WordTokenizer } from '../layoutlmv2/tokenizer/word-tokenizer.js';
import { getLabelIdsOfModel } from '../models/get-model-version.js';
import type { RequireLicence } from '../models/licence.js';
import type { ModelStore } from '../models/model-store.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { createModelUnusableError } from './classification.errors.js';

export type LoadedModel = {
  version: ReadyModelVersion;
  /** In the order of the classifier's rows. */
  labelIds: readonly string[];
  tokenizer: WordTokenizer;
  /** Gathers the pages of all who use the model. */
  classifier: PageQueue;
  engine: Engine;
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

/** The loaded model, who uses it, and how it is freed. */
type HeldModel = { model: LoadedModel; uses: Set<Promise<unknown>>; free(): Promise<void> };

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
    engine ??= startEngine(enginePreference);
    const startedEngine = await engine.catch((error: unknown) => {
      // The next try starts anew: a GPU may be free again by then.
      engine = null;
      throw error;
    });
    const labelIds = await getLabelIdsOfModel(connection.database, version.id);
    try {
      // Open as long as the model is in memory, as threads that start later read the weights again.
      const checkpoint = await openCheckpoint(store.folderOf(version.id));
      try {
        const { config, readWeight } = checkpoint;
        const classifier = await createResidentClassifier({
          config,
          readWeight,
          labelCount: labelIds.length,
          engine: startedEngine.name,
        });
        const tokenizer = createTokenizer(checkpoint.tokenizer);
        return {
          model: { version, labelIds, tokenizer, classifier, engine: startedEngine },
          uses: new Set(),
          async free() {
            await classifier.dispose();
            await checkpoint.close();
          },
        };
      } catch (error) {
        await checkpoint.close();
        throw error;
      }
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

  const release = async () => {
    clearTimeout(idleTimer);
    if (held === null) return;
    const { uses, free } = held;
    await Promise.allSettled(uses);
    held = null;
    await free();
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
