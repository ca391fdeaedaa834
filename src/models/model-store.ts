/** The folders of model versions under the data directory: each written once, under the version's id, never changed. */
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../shared/ids.js';

export type ModelStore = {
  /** The folder of a version, whether it is there or not. */
  folderOf(modelVersionId: string): string;
  /** The folder of a version to be written; what a killed attempt left there is removed. */
  prepareFolder(modelVersionId: string): Promise<string>;
  /** Makes the folder of a version a copy of another: its files, and those of the named folders inside, as they are. */
  copyFolder(modelVersionId: string, fromFolder: string, inside: readonly string[]): Promise<void>;
  /** Removes the folder of a version that has come to nothing. */
  removeFolder(modelVersionId: string): Promise<void>;
  /** Ids of the versions that have a folder. */
  listFolders(): Promise<string[]>;
  /** Puts the model card into a version's folder, before anyone is told of the version. */
  writeModelCard(modelVersionId: string, text: string): Promise<void>;
  /** Takes the model card over from the folder that a version was made of, and those of the named folders inside; there may be none. */
  copyModelCards(modelVersionId: string, fromFolder: string, inside: readonly string[]): Promise<void>;
};

const cardName = 'README.md';

export function createModelStore(modelsDir: string): ModelStore {
  const folderOf = (modelVersionId: string) => join(modelsDir, modelVersionId);
  const removeFolder = (modelVersionId: string) =>
    rm(folderOf(modelVersionId), { recursive: true, force: true });
  const prepareFolder = async (modelVersionId: string) => {
    await mkdir(modelsDir, { recursive: true });
    await removeFolder(modelVersionId);
    return folderOf(modelVersionId);
  };
  return {
    folderOf,
    removeFolder,
    prepareFolder,
    async copyFolder(modelVersionId, fromFolder, inside) {
      const folder = await prepareFolder(modelVersionId);
      for (const part of ['', ...inside]) {
        const [from, to] = [join(fromFolder, part), join(folder, part)];
        await mkdir(to);
        for (const entry of await readdir(from, { withFileTypes: true })) {
          if (entry.isFile()) await copyFile(join(from, entry.name), join(to, entry.name));
        }
      }
    },
    async listFolders() {
      await mkdir(modelsDir, { recursive: true });
      return (await readdir(modelsDir)).filter(isId);
    },
    writeModelCard: (modelVersionId, text) => writeFile(join(folderOf(modelVersionId), cardName), text),
    async copyModelCards(modelVersionId, fromFolder, inside) {
      for (const part of ['', ...inside]) {
        try {
          await copyFile(join(fromFolder, part, cardName), join(folderOf(modelVersionId), part, cardName));
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
        }
      }
    },
  };
}
