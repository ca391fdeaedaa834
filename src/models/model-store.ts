/** The folders of model versions under the data directory: each written once, under the version's id, never changed. */
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../shared/ids.js';

export type ModelStore = {
  /** The folder of a version, whether it is there or not. */
  folderOf(modelVersionId: string): string;
  /** The folder of a version to be written; what a killed attempt left there is removed. */
  prepareFolder(modelVersionId: string): Promise<string>;
  /** Removes the folder of a version that has come to nothing. */
  removeFolder(modelVersionId: string): Promise<void>;
  /** Ids of the versions that have a folder. */
  listFolders(): Promise<string[]>;
  /** Puts the model card into a version's folder, before anyone is told of the version. */
  writeModelCard(modelVersionId: string, text: string): Promise<void>;
  /** Takes the model card over from the checkpoint that a version was made of; there may be none. */
  copyModelCard(modelVersionId: string, fromFolder: string): Promise<void>;
};

const cardName = 'README.md';

export function createModelStore(modelsDir: string): ModelStore {
  const folderOf = (modelVersionId: string) => join(modelsDir, modelVersionId);
  const removeFolder = (modelVersionId: string) =>
    rm(folderOf(modelVersionId), { recursive: true, force: true });
  return {
    folderOf,
    removeFolder,
    async prepareFolder(modelVersionId) {
      await mkdir(modelsDir, { recursive: true });
      await removeFolder(modelVersionId);
      return folderOf(modelVersionId);
    },
    async listFolders() {
      await mkdir(modelsDir, { recursive: true });
      return (await readdir(modelsDir)).filter(isId);
    },
    writeModelCard: (modelVersionId, text) => writeFile(join(folderOf(modelVersionId), cardName), text),
    async copyModelCard(modelVersionId, fromFolder) {
      try {
        await copyFile(join(fromFolder, cardName), join(folderOf(modelVersionId), cardName));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    },
  };
}
