/** Where an imported model version comes from and how far its import is. */
import type { ModelVersion } from './model-version.js';

/** What a client asks to be imported: a repository of the hub at a revision, or a folder of the installation. */
export type ModelSource =
  | { kind: 'hub'; repository: string; revision: string }
  | { kind: 'folder'; folder: string };

export type ModelImport = {
  modelVersionId: string;
  /** On the hub; null for a folder. */
  repository: string | null;
  /** Branch, tag or commit that was asked for. */
  revision: string | null;
  /** What the revision stood for; null until the hub has said, for folders and on hubs that do not say. */
  commit: string | null;
  /** Relative to the directory of base models; null for a model of the hub. */
  folder: string | null;
  /** Whether every weight file was compared with a hash from the hub. */
  isVerified: boolean | null;
  requestedBy: string;
  /** Whether classes that no label stands for become labels. */
  createLabels: boolean;
  downloadedBytes: number;
  totalBytes: number | null;
  /** What reading the checkpoint found, in sentences. */
  warnings: string[];
  finishedAt: Date | null;
};

export type ImportedModelVersion = { version: ModelVersion; origin: ModelImport };

/** How people call a source. */
export function nameOfSource(source: ModelSource): string {
  return source.kind === 'hub' ? source.repository : `The folder ${source.folder}`;
}

/** @throws when the row is of neither kind, which the database does not allow. */
export function sourceOf({ repository, revision, folder }: ModelImport): ModelSource {
  if (repository !== null && revision !== null) return { kind: 'hub', repository, revision };
  if (folder !== null) return { kind: 'folder', folder };
  throw new Error('a model import has neither repository nor folder');
}

/** Whether a revision names a commit, which never changes. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
