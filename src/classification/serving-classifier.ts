/** The serving model in memory. Which one serves is asked before each use, so that a promotion needs no restart of anything. */
import { findServingModel } from '../models/promote-model.js';
import { createModelHolder, type LoadedModel, type ModelHolderDependencies } from './model-holder.js';

export type ServingClassifier = {
  /** Runs `use` with the model that serves now, as {@link createModelHolder} does; null when none does. */
  withServingModel<Result>(use: (model: LoadedModel) => Promise<Result>): Promise<Result | null>;
  /** Loads the model that serves now, if one does. @throws as using it would. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
};

export function createServingClassifier(dependencies: ModelHolderDependencies): ServingClassifier {
  const holder = createModelHolder(dependencies);
  const withServingModel: ServingClassifier['withServingModel'] = (use) =>
    holder.withModel(() => findServingModel(dependencies.connection.database), use);
  return {
    withServingModel,
    warmUp: async () => void (await withServingModel(async () => {})),
    close: holder.close,
  };
}
