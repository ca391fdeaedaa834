/** The one list of architectures: whatever loads a model version looks here for how. */
import { type ArchitectureName, architectureNameOf } from '../../models/architecture.js';
import type { ModelStore } from '../../models/model-store.js';
import type { ReadyModelVersion } from '../../models/model-version.js';
import type { Architecture, ComputedBy, LoadedClassifier } from './architecture.js';
import { createAverageArchitecture } from './average-architecture.js';
import { hogArchitecture } from './hog-architecture.js';
import { layoutlmv2Architecture } from './layoutlmv2-architecture.js';
import { tfIdfArchitecture } from './tf-idf-architecture.js';

const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  LayoutLMv2: layoutlmv2Architecture,
  'TF-IDF': tfIdfArchitecture,
  HOG: hogArchitecture,
  average: createAverageArchitecture((name) => architectures[name]),
};

/** Loads the classifier of a model version. @throws Error that says what is wrong with it. */
export async function loadClassifier(options: {
  version: ReadyModelVersion;
  store: ModelStore;
  labelCount: number;
  startEngine: () => Promise<ComputedBy>;
}): Promise<LoadedClassifier> {
  const { version, store, labelCount, startEngine } = options;
  const { load } = architectures[architectureNameOf(version.architecture)];
  return await load({
    folder: store.folderOf(version.id),
    labelCount,
    maxTokens: version.maxTokens,
    startEngine,
  });
}
