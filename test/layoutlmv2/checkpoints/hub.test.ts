import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/layoutlmv2/checkpoints/checkpoint.js';
import {
  type CheckpointDownload,
  type DownloadProgress,
  downloadCheckpoint,
} from '../../../src/layoutlmv2/checkpoints/hub.js';
import { readTokenizer } from '../../../src/layoutlmv2/checkpoints/tokenizer-files.js';
import { parseConfig } from '../../../src/layoutlmv2/config.js';
import { COMMIT, startHub, type TestHub } from './hub-server.js';

const fixture = (name: string) => readFile(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));
const weights = randomBytes(300_000);

let hub: TestHub;
let cacheFolder: string;
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'hub-'));
  hub = await startHub();
  hub.files.set('config.json', Buffer.from('{"model_type":"layoutlmv2"}'));
  hub.files.set('vocab.txt', Buffer.from('[PAD]\n[UNK]\n'));
  hub.files.set('README.md', Buffer.from('---\nlicense: cc-by-nc-sa-4.0\n---\n'));
  hub.files.set('model.safetensors', weights);
  hub.largeFiles.add('model.safetensors');
});
afterEach(async () => {
  await hub.close();
  await rm(cacheFolder, { recursive: true });
});

const download = (options: Partial<CheckpointDownload> = {}) =>
  downloadCheckpoint({
    endpoint: hub.endpoint,
    repository: 'microsoft/layoutlmv2-base-uncased',
    cacheFolder,
    retryDelayMs: 1,
    ...options,
  });
const requestsOf = (name: string) => hub.requests.filter(({ path }) => path.endsWith(`/${name}`));
const fileIn = (folder: string, name = 'model.safetensors') => readFile(join(folder, name));

describe('downloading a checkpoint', () => {
  it('gives a folder that can be read, with its commit and its licence', async () => {
    hub.files.set('config.json', await fixture('tiny_config.json'));
    hub.files.set('vocab.txt', Buffer.from('[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n'));
    hub.files.set('model.safetensors', await fixture('tiny.safetensors'));
    const { folder, ...facts } = await download();
    const byteSize = [...hub.files.values()].reduce((sum, { length }) => sum + length, 0);
    expect(facts).toEqual({ commit: COMMIT, licence: 'cc-by-nc-sa-4.0', isVerified: true, byteSize });
    const checkpoint = await readCheckpoint(folder);
    expect(checkpoint.labels).toHaveLength(5);
  });

  it('brings the tokenizer of LayoutXLM, whose vocabulary is no text', async () => {
    hub.files.delete('vocab.txt');
    hub.files.set('config.json', Buffer.from('{"vocab_size": 400}'));
    hub.files.set('sentencepiece.bpe.model', await fixture('layoutxlm/sentencepiece.bpe.model'));
    const { folder } = await download();
    const tokenizer = await readTokenizer(folder, parseConfig({ vocab_size: 400 }));
    expect(tokenizer.kind).toBe('unigram');
  });

  it('asks for every file at the commit that the first one was of', async () => {
    await download({ revision: 'refs/pr/6' });
    expect(requestsOf('config.json')[0]?.path).toContain('/resolve/refs%2Fpr%2F6/');
    expect(hub.requests.find(({ path }) => path.endsWith('vocab.txt'))?.path).toContain(
      `/resolve/${COMMIT}/`,
    );
  });

  it('tells how far it is', async () => {
    const seen: DownloadProgress[] = [];
    await download({ onProgress: (progress) => seen.push(progress) });
    const totalBytes = [...hub.files.values()].reduce((sum, { length }) => sum + length, 0);
    expect(seen.at(-1)).toEqual({ fileName: 'model.safetensors', receivedBytes: totalBytes, totalBytes });
    // Before the weights nobody knows how many bytes there will be.
    expect(seen[0]).toMatchObject({ fileName: 'config.json', totalBytes: null });
    const received = seen.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
  });

  it('says what it is before it asks for the weights, and can be stopped there', async () => {
    const refused = download({
      beforeWeights: ({ config, commit, licence }) => {
        expect({ config, commit, licence }).toEqual({
          config: { model_type: 'layoutlmv2' },
          commit: COMMIT,
          licence: 'cc-by-nc-sa-4.0',
        });
        throw new Error('not this one');
      },
    });
    await expect(refused).rejects.toThrow('not this one');
    expect(requestsOf('model.safetensors')).toEqual([]);
  });

  it('is done once for all who ask at the same time', async () => {
    hub.cuts.set('model.safetensors', [100_000]);
    const downloads = await Promise.all([download(), download(), download()]);
    for (const found of downloads) expect(found).toEqual(downloads[0]);
    expect(await fileIn(downloads[0]?.folder ?? '')).toEqual(weights);
    // Asked for by one of them: what is cut off is asked for again, where it broke off.
    expect(requestsOf('vocab.txt')).toHaveLength(1);
  });

  it('asks only for the commit when it has been there before, and for nothing when that is given', async () => {
    const first = await download();
    hub.requests.length = 0;
    expect(await download()).toEqual(first);
    expect(hub.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['config.json']);
    hub.requests.length = 0;
    expect(await download({ revision: COMMIT })).toEqual(first);
    expect(hub.requests).toEqual([]);
  });

  it('takes the next form of the weights where one is missing', async () => {
    hub.files.delete('model.safetensors');
    hub.files.set('pytorch_model.bin', weights);
    const { folder, isVerified } = await download();
    expect(await fileIn(folder, 'pytorch_model.bin')).toEqual(weights);
    // Not a large file on this hub: no SHA-256 to compare with.
    expect(isVerified).toBe(false);
  });

  it('fetches weights in shards', async () => {
    hub.files.delete('model.safetensors');
    hub.files.set('1.safetensors', randomBytes(10));
    hub.files.set('2.safetensors', randomBytes(10));
    hub.largeFiles = new Set(['1.safetensors', '2.safetensors']);
    const index = { weight_map: { a: '1.safetensors', b: '2.safetensors', c: '1.safetensors' } };
    hub.files.set('model.safetensors.index.json', Buffer.from(JSON.stringify(index)));
    const { folder, isVerified } = await download();
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['1.safetensors', '2.safetensors']));
    expect(isVerified).toBe(true);
    index.weight_map.a = '../../escape';
    hub.files.set('model.safetensors.index.json', Buffer.from(JSON.stringify(index)));
    await expect(download({ cacheFolder: join(cacheFolder, 'other') })).rejects.toThrow('escape');
  });

  it('works with a mirror that names no commits, and keeps what is unchanged', async () => {
    hub.givesCommit = false;
    expect((await download()).commit).toBeNull();
    hub.requests.length = 0;
    await download();
    expect(requestsOf('model.safetensors').map(({ range }) => range)).toEqual(['bytes=0-0', 'bytes=0-0']);
  });
});

describe('a download that is disturbed', () => {
  it('continues after the connection was cut', async () => {
    hub.cuts.set('model.safetensors', [100_000, 50_000]);
    const { folder } = await download();
    expect(await fileIn(folder)).toEqual(weights);
    const ranges = requestsOf('model.safetensors')
      .filter(({ host }) => host === 'storage')
      .map(({ range }) => Number(/\d+/.exec(range ?? '0')?.[0]));
    expect(ranges).toHaveLength(3);
    expect(ranges[1]).toBeGreaterThan(0);
    // What was on its way when the connection broke may be lost.
    expect(ranges[2]).toBeGreaterThanOrEqual(ranges[1] ?? 0);
  });

  it('continues in a later run, too', async () => {
    hub.cuts.set('model.safetensors', [100_000, 0, 0, 0, 0, 0]);
    await expect(download()).rejects.toThrow(/connection|ended/i);
    hub.cuts.clear();
    hub.requests.length = 0;
    const { folder } = await download();
    expect(await fileIn(folder)).toEqual(weights);
    expect(requestsOf('model.safetensors').some(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(
      true,
    );
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('starts anew where the file has changed since', async () => {
    hub.cuts.set('model.safetensors', [100_000, 0, 0, 0, 0, 0]);
    await expect(download()).rejects.toThrow();
    hub.cuts.clear();
    const changed = randomBytes(200_000);
    hub.files.set('model.safetensors', changed);
    const { folder } = await download();
    expect(await fileIn(folder)).toEqual(changed);
  });

  it('starts anew where the server knows no ranges', async () => {
    hub.ignoresRanges = true;
    hub.cuts.set('model.safetensors', [100_000]);
    const { folder } = await download();
    expect(await fileIn(folder)).toEqual(weights);
  });

  it('tries again when the hub is busy, but not for ever', async () => {
    hub.statuses.set('vocab.txt', [503, 429]);
    await download();
    expect(requestsOf('vocab.txt')).toHaveLength(3);
    hub.statuses.set('config.json', [500, 500, 500, 500, 500, 500]);
    await expect(download()).rejects.toThrow('status 500');
  });

  it('refuses a file whose hash is not the one the hub gave, and deletes it', async () => {
    hub.replacements.set('model.safetensors', randomBytes(weights.length));
    const expected = createHash('sha256').update(weights).digest('hex');
    await expect(download()).rejects.toThrow(expected);
    const names = await readdir(join(cacheFolder, 'microsoft--layoutlmv2-base-uncased', COMMIT));
    expect(names.filter((name) => name.startsWith('model'))).toEqual([]);
  });

  it('refuses a file that is longer than the hub said', async () => {
    hub.replacements.set('model.safetensors', randomBytes(weights.length + 1));
    await expect(download()).rejects.toThrow(`more than the ${weights.length} bytes`);
  });

  it('refuses a file beyond the limit without fetching it', async () => {
    await expect(download({ maxBytes: 1000 })).rejects.toThrow('the limit is 1000');
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const stopped = download({
      signal: controller.signal,
      onProgress: ({ fileName }) => {
        if (fileName === 'model.safetensors') controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
  });
});

describe('what a hub refuses', () => {
  it('names the token setting where access is refused', async () => {
    hub.requiredToken = 'secret';
    await expect(download()).rejects.toThrow('HF_TOKEN');
    await expect(download({ token: 'wrong' })).rejects.toThrow('HF_TOKEN');
  });

  it('shows the token to the hub and to nobody it redirects to', async () => {
    hub.requiredToken = 'secret';
    await download({ token: 'secret' });
    const byHost = (host: string) => hub.requests.filter((request) => request.host === host);
    expect(byHost('hub').every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
    expect(byHost('storage').length).toBeGreaterThan(0);
    expect(byHost('storage').every(({ authorization }) => authorization === null)).toBe(true);
  });

  it('says when there is no such model, or no weights of it', async () => {
    hub.files.delete('model.safetensors');
    await expect(download()).rejects.toThrow('no weights');
    hub.files.clear();
    await expect(download()).rejects.toThrow('no model "microsoft/layoutlmv2-base-uncased"');
  });

  it('is not asked for names that could lead elsewhere', async () => {
    for (const repository of ['../other', 'a/b/c', 'a//b', '', 'a/..', 'a?b']) {
      await expect(download({ repository })).rejects.toThrow('no model name');
    }
    await expect(download({ revision: '../main' })).rejects.toThrow('no branch');
    await expect(download({ endpoint: 'ftp://hub' })).rejects.toThrow('HF_ENDPOINT');
    expect(hub.requests).toEqual([]);
  });

  it('is told from a hub that is not there', async () => {
    await expect(download({ endpoint: 'http://127.0.0.1:1' })).rejects.toThrow(
      'No connection to 127.0.0.1:1',
    );
  });
});
