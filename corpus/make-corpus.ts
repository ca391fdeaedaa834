/** A whole corpus in a folder: shards in parallel processes, then one words.jsonl.gz, labels.csv and manifest.json. */
import { fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { type CorpusParameters, PAGES_PER_SHARD } from './parameters.js';
import { isMade, partOf, type ShardRecord } from './shard.js';
import type { ShardNews, ShardOrder } from './shard-process.js';

export type CorpusProgress = { made: number; pages: number; pagesPerSecond: number; secondsLeft: number };

type Options = { workers: number; onProgress: (progress: CorpusProgress) => void };

/** Makes what of the corpus is missing in the folder. Throws if the folder holds a corpus of other parameters. */
export async function makeCorpus(
  folder: string,
  parameters: CorpusParameters,
  { workers, onProgress }: Options,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifestPath = join(folder, 'manifest.json');
  await keepManifest(manifestPath, parameters);
  const shards = Math.ceil(parameters.pages / PAGES_PER_SHARD);
  const missing: number[] = [];
  for (let shard = 0; shard < shards; shard++) if (!(await isMade(folder, shard))) missing.push(shard);

  const pagesOf = (shard: number) => Math.min(PAGES_PER_SHARD, parameters.pages - shard * PAGES_PER_SHARD);
  const toMake = missing.reduce((sum, shard) => sum + pagesOf(shard), 0);
  const startedAt = performance.now();
  let made = 0;
  const onPage = () => {
    made += 1;
    const pagesPerSecond = (1000 * made) / (performance.now() - startedAt);
    const secondsLeft = (toMake - made) / pagesPerSecond;
    onProgress({
      made: parameters.pages - toMake + made,
      pages: parameters.pages,
      pagesPerSecond,
      secondsLeft,
    });
  };
  const lanes = Array.from({ length: Math.min(workers, missing.length) }, () =>
    runProcess(() => missing.shift(), { folder, parameters }, onPage),
  );
  await Promise.all(lanes);
  await assemble(folder, parameters, shards);
}

async function keepManifest(path: string, parameters: CorpusParameters): Promise<void> {
  const found = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) {
    await writeFile(path, `${JSON.stringify({ parameters }, null, 2)}\n`);
    return;
  }
  const before: unknown = JSON.parse(found).parameters;
  if (JSON.stringify(before) !== JSON.stringify(parameters)) {
    throw new Error(
      `${path} is of a corpus with other parameters: ${JSON.stringify(before)}. Choose another --out, or repeat those`,
    );
  }
}

/** Gives a process one shard after the other until there is none left. */
function runProcess(
  next: () => number | undefined,
  order: Omit<ShardOrder, 'shard'>,
  onPage: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./shard-process.ts', import.meta.url)));
    let isDone = false;
    const send = () => {
      const shard = next();
      if (shard !== undefined) {
        child.send({ ...order, shard } satisfies ShardOrder);
        return;
      }
      isDone = true;
      child.disconnect();
    };
    child.on('message', (news: ShardNews) => {
      if (news.type === 'page') onPage();
      else if (news.type === 'shard') send();
      else {
        child.kill();
        reject(new Error(`A shard could not be made: ${news.message}`));
      }
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (isDone) resolve();
      else
        reject(
          new Error(`A process that makes pages ended by itself (${signal ?? code}); start again to go on`),
        );
    });
    send();
  });
}

/** The parts, in order, as one file each of words and labels; then the manifest with what it all amounts to. */
async function assemble(folder: string, parameters: CorpusParameters, shards: number): Promise<void> {
  const labels = ['page,label,split'];
  const counts = {
    labels: {} as Record<string, number>,
    splits: {} as Record<string, number>,
    wordSources: {} as Record<string, number>,
    words: 0,
  };
  const count = (counter: Record<string, number>, key: string) => {
    counter[key] = (counter[key] ?? 0) + 1;
  };
  async function* wordLines() {
    for (let shard = 0; shard < shards; shard++) {
      const text = await readFile(partOf(folder, shard), 'utf8');
      for (const line of text.trimEnd().split('\n')) {
        const { page, label, split, ...rest } = JSON.parse(line) as ShardRecord;
        labels.push(`${page},${label},${split}`);
        count(counts.labels, label);
        count(counts.splits, split);
        count(counts.wordSources, rest.source);
        counts.words += rest.words.length;
        yield `${JSON.stringify({ page, ...rest })}\n`;
      }
    }
  }
  await pipeline(Readable.from(wordLines()), createGzip(), createWriteStream(join(folder, 'words.jsonl.gz')));
  await writeFile(join(folder, 'labels.csv'), `${labels.join('\n')}\n`);
  const sorted = Object.fromEntries(Object.entries(counts.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  const manifest = { parameters, counts: { ...counts, labels: sorted } };
  await rm(join(folder, 'manifest.json'));
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
