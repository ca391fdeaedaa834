/**
 * How long a fresh machine takes to classify its first upload: starts the built product in an empty folder, uploads a one-page
 * scan, and tells when each stage was over. Under 5 s are wanted on two cores that have nothing else to do.
 *
 *   npm run bench:first-upload [-- --file scan.png] [-- --rounds 3] [-- --starter folder] [-- --wait 0]
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Classeur, type FileToUpload, makeDataDir, startClasseur } from '../test/support/classeur.js';
import { makeDocument } from '../test/support/make-documents.js';

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    // Of the starter model; the shipped one where it is not given.
    starter: { type: 'string', default: '' },
    // Seconds after the product says that it is ready.
    wait: { type: 'string', default: '0' },
  },
});

// Short beside the whole, and seldom enough that asking takes nothing from cores that all read.
const lookIntervalMs = 100;

type Seen = {
  status: string;
  failure: { message: string } | null;
  prediction: { label: { name: string }; confidence: number; durationMs: number; engine: string } | null;
};

const file: FileToUpload =
  values.file === undefined
    ? await makeDocument({ kind: 'letter', seed: 1, as: 'png' })
    : { filename: basename(values.file), bytes: await readFile(values.file) };
console.log(`${file.filename}, ${availableParallelism()} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}`);
for (let round = 1; round <= Number(values.rounds); round += 1) await measure();

async function measure(): Promise<void> {
  const dataDir = await makeDataDir();
  const startedAt = performance.now();
  const starter = values.starter === '' ? '' : resolve(values.starter);
  const classeur = await startClasseur({ DATA_DIR: dataDir.path, STARTER_MODEL: starter });
  try {
    const readyMs = performance.now() - startedAt;
    await sleep(Number(values.wait) * 1000);
    const first = await followUpload(classeur, file);
    // The same pixels: to the store other bytes.
    const again = await followUpload(classeur, { ...file, bytes: Buffer.concat([file.bytes, Buffer.of(0)]) });
    console.log(`ready after ${inSeconds(readyMs)}\n  first upload  ${first}\n  second upload ${again}`);
  } finally {
    await classeur.stop();
    await dataDir.remove();
  }
}

/** Uploads a file and tells when it was uploaded, rendered, read and classified, from the moment of the request on. */
async function followUpload(classeur: Classeur, upload: FileToUpload): Promise<string> {
  const startedAt = performance.now();
  const reached = new Map<string, number>();
  const [result] = await classeur.upload([upload]);
  const id = result?.document?.id;
  if (id === undefined) throw new Error(`The upload was refused: ${result?.error?.message}`);
  for (;;) {
    const { document } = await classeur.ask<{ document: Seen }>(
      `query ($id: ID!) { document(id: $id) {
        status failure { message } prediction { label { name } confidence durationMs engine }
      } }`,
      { id },
    );
    if (!reached.has(document.status)) reached.set(document.status, performance.now() - startedAt);
    if (document.failure) throw new Error(`The document failed: ${document.failure.message}`);
    if (document.status === 'READY') return describe(reached, document);
    await sleep(lookIntervalMs);
  }
}

function describe(reached: ReadonlyMap<string, number>, { prediction }: Seen): string {
  if (prediction === null) throw new Error('It was not classified: is there a starter model?');
  const { label, confidence, durationMs, engine } = prediction;
  const stages = [...reached].map(([status, ms]) => `${status.toLowerCase()} ${inSeconds(ms)}`).join(', ');
  const said = `${label.name} ${(100 * confidence).toFixed(0)} %`;
  return `${stages}: ${said}, ${engine} for ${durationMs.toFixed(0)} ms`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
