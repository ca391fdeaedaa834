/** A database, blobs and model folders with made models, for tests of what models say of documents. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { createEncodeStoredPage } from '../../src/classification/encode-page.js';
import { findDocumentById } from '../../src/documents/document-access.js';
import { createModelStore } from '../../src/models/model-store.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { createTestDatabase } from './database.js';
import { createFactLog } from './facts.js';
import { writeMicroModel } from './micro-model.js';
import { createRecordMaker, type RecordMaker } from './records.js';

export type ServingWorld = Awaited<ReturnType<typeof createServingWorld>>;

export async function createServingWorld() {
  const database = await createTestDatabase();
  const make = createRecordMaker(database);
  const log = createFactLog(database.connection);
  const folder = await mkdtemp(join(tmpdir(), 'serving-'));
  const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
  const keepPicture = async (svg: string) => {
    const image = await sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer();
    return (await blobs.write(Readable.from([image]), { maxBytes: image.length })).sha256;
  };
  const sheet = (content: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="40">${content}</svg>`;
  const pictures = {
    blank: await keepPicture(sheet('')),
    lined: await keepPicture(sheet('<path d="M3 5H27M3 12H27M3 19H27M3 26H27" stroke="#000" />')),
  };
  const store = createModelStore(join(folder, 'models'));
  const encodePage = createEncodeStoredPage({ ...log, blobs });
  return {
    database,
    make,
    log,
    store,
    encodePage,
    read: (id: string) => findDocumentById(database.connection.database, id),
    /** A document whose pages have a picture. */
    async makeDocument({
      picture = 'blank',
      ...options
    }: Parameters<RecordMaker['makeDocument']>[0] & { picture?: keyof typeof pictures } = {}) {
      const document = await make.makeDocument(options);
      await database.query('update pages set image_sha256 = $1 where document_id = $2', [
        pictures[picture],
        document.id,
      ]);
      return document;
    },
    /** A model version that answers about softmax(bias) for these labels. */
    async makeModel(labelIds: readonly string[], bias: readonly number[]) {
      const version = await make.makeModelVersion(labelIds);
      await writeMicroModel(await store.prepareFolder(version.id), bias);
      return version;
    },
    async close() {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}
