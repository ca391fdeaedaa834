import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordDecision } from '../../src/classification/decide-label.js';
import { IntakeResolver } from '../../src/classification/intake.resolver.js';
import { createUploadDocument } from '../../src/documents/upload-document.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { createContext } from '../../src/platform/graphql/context.js';
import type { PendingUpload } from '../../src/platform/graphql/upload.types.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker } from '../support/records.js';

describe('an upload of files', () => {
  let database: TestDatabase;
  let folder: string;
  let resolver: IntakeResolver;
  const context = createContext({ baseUrl: '', viewer: { name: 'ann' } });
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'intake-'));
    const log = createFactLog(database.connection);
    const blobs = createDiskBlobStorage({ folder });
    resolver = new IntakeResolver({
      connection: log.connection,
      uploadDocument: createUploadDocument({ ...log, blobs, maxBytes: 1000 }),
      recordDecision: createRecordDecision({ ...log, threshold: 0.8, randomShare: 0 }),
      maxFiles: 20,
      log: silentLog,
    });
  });
  beforeEach(async () => void (await database.query('truncate documents, labels cascade')));
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  const file = (filename: string, content: string): PendingUpload => ({
    promise: Promise.resolve({ filename, createReadStream: () => Readable.from([Buffer.from(content)]) }),
  });
  const upload = (files: PendingUpload[], label: string | null = null) =>
    resolver.uploadDocuments(files, label, context);
  const listLabels = () => database.connection.database.label.findMany();
  const listDecisions = () => database.connection.database.labelDecision.findMany({ orderBy: { id: 'asc' } });

  it('answers each file by itself, in their order', async () => {
    const broken: PendingUpload = { promise: Promise.reject(new Error('the client went away')) };
    const results = await upload([
      file('a.pdf', '%PDF-1.7 a'),
      file('b.zip', 'PK\x03\x04'),
      broken,
      file('c/a.pdf', '%PDF-1.7 a'),
    ]);
    expect(results).toMatchObject([
      { filename: 'a.pdf', error: null },
      { filename: 'b.zip', document: null, duplicate: false, error: { code: 'UNSUPPORTED_MEDIA_TYPE' } },
      { filename: '', document: null, error: { code: 'UPLOAD_FAILED' } },
      { error: null },
    ]);
    const [first, , , copy] = results;
    expect(copy?.document?.id).toBe(first?.document?.id);
    expect([first?.duplicate, copy?.duplicate].sort()).toEqual([false, true]);
    expect(JSON.stringify(results)).not.toContain('went away');
  });

  it('with a label labels them all, and makes the label once', async () => {
    const files = Array.from({ length: 12 }, (_, number) => file(`${number}.pdf`, `%PDF-1.7 ${number}`));
    const results = await upload(files, ' Invoice ');
    expect(await listLabels()).toMatchObject([{ name: 'Invoice' }]);
    for (const { document } of results)
      expect(document).toMatchObject({ labelSource: 'HUMAN', needsReview: false });
    expect(await listDecisions()).toHaveLength(12);
    expect((await listDecisions())[0]).toMatchObject({ decidedBy: 'ann', previousLabelId: null });
  });

  it('that was there already is labelled anew only by another label', async () => {
    const again = () => file('a.pdf', '%PDF-1.7 a');
    await upload([again()]);
    expect(await listDecisions()).toHaveLength(0);
    await upload([again()], 'invoice');
    await upload([again()], 'INVOICE');
    expect(await listDecisions()).toHaveLength(1);
    const [result] = await upload([again()], 'letter');
    expect(await listDecisions()).toHaveLength(2);
    expect(result).toMatchObject({ duplicate: true, document: { labelSource: 'HUMAN' } });
  });

  it('keeps nothing under a label that is retired', async () => {
    await createRecordMaker(database).makeLabel('telex', { retiredAt: new Date() });
    const [result] = await upload([file('a.pdf', '%PDF-1.7 a')], 'Telex');
    expect(result).toMatchObject({ document: null, error: { code: 'LABEL_RETIRED' } });
    expect(await database.connection.database.document.count()).toBe(0);
  });

  it('is refused as a whole when there are too many, or the label is no name', async () => {
    const files = Array.from({ length: 21 }, () => file('a.pdf', '%PDF-1.7 a'));
    await expect(upload(files)).rejects.toMatchObject({
      code: 'TOO_MANY_FILES',
      message: expect.stringMatching(/21 files and the limit is 20/),
    });
    await expect(upload([file('a.pdf', '%PDF-1.7 a')], '  ')).rejects.toMatchObject({
      code: 'INVALID_LABEL_NAME',
    });
    expect(await database.connection.database.document.count()).toBe(0);
  });
});
