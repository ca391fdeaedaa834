/** The folders of model versions under the data directory: each written once, under the version's id, never changed. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type ModelStore = {
  /** The folder of a version, whether it is there or not. */
  folderOf(modelVersionId: string): string;
  /** The folder of a version to be written; what a killed attempt left there is removed. */
  prepareFolder(modelVersionId: string): Promise<string>;
};

export function createModelStore(modelsDir: string): ModelStore {
  const folderOf = (modelVersionId: string) => join(modelsDir, modelVersionId);
  return {
    folderOf,
    async prepareFolder(modelVersionId) {
      await mkdir(modelsDir, { recursive: true });
      await rm(folderOf(modelVersionId), { recursive: true, force: true });
      return folderOf(modelVersionId);
    },
  };
}
