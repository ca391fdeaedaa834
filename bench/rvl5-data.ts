/** The data set rvl5 for the benchmarks that ask it: where it lies, with whose words, and as a network reads it. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAgain } from '../corpus/read-again.js';
import { createTokenizer, type TokenizerModel } from '../src/layoutlmv2/tokenizer/tokenizer.js';
import { type EncodedCorpus, encodeCorpus, openEncodedCorpus } from '../starter/encoded-corpus.js';

/** What a page may have at most in the encoded form. */
export const MOST_TOKENS = 512;
const PAGES_A_NOTE = 50;

type Rvl5 = {
  /** labels.csv, words.jsonl.gz and pages/. */
  folder: string;
  /** The pages in the tokens of a network, under a name, made once. */
  encode(name: string, tokenizer: TokenizerModel): Promise<EncodedCorpus>;
};

export function findRvl5Folder(): string | null {
  const { EVAL_DATA = '' } = process.env;
  const folder = join(EVAL_DATA, 'datasets', 'rvl5');
  return EVAL_DATA !== '' && existsSync(folder) ? folder : null;
}

/** Where there is none the program ends and says what it needs. */
export function getRvl5Folder(): string {
  const folder = findRvl5Folder();
  if (folder !== null) return folder;
  console.error('Set EVAL_DATA to a folder that holds datasets/rvl5');
  process.exit(1);
}

/**
 * @param options.read a folder for what the product itself reads on the pages, which is missing there: hours the first time; undefined for
 * the words that come with the data set
 * @param options.work a folder for encoded pages; undefined for one that is given up
 */
export async function openRvl5({
  read,
  work,
}: {
  read?: string | undefined;
  work?: string | undefined;
}): Promise<Rvl5> {
  const source = getRvl5Folder();
  const folder = read === undefined ? source : await readByProduct(source, read);
  const workFolder = work ?? (await mkdtemp(join(tmpdir(), 'bench-rvl5-')));
  await mkdir(workFolder, { recursive: true });
  // An encoded corpus is opened once: its file stays open.
  const opened = new Map<string, Promise<EncodedCorpus>>();
  return {
    folder,
    async encode(name, tokenizer) {
      const file = join(workFolder, read === undefined ? name : `read-${name}`);
      const known = opened.get(file);
      if (known) return known;
      const options = { maxTokens: MOST_TOKENS, onProgress: () => {} };
      await encodeCorpus(folder, file, createTokenizer(tokenizer), options);
      const corpus = openEncodedCorpus(file);
      opened.set(file, corpus);
      return corpus;
    },
  };
}

/** @returns the folder `to`, in which is kept what was read; says how far it is */
async function readByProduct(from: string, to: string): Promise<string> {
  const startedAt = performance.now();
  await readAgain(from, to, {
    workers: availableParallelism(),
    onPage: (done, pages) => {
      if (done % PAGES_A_NOTE === 0 || done === pages)
        console.log(
          `read ${done} of ${pages} pages, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
        );
    },
  });
  return to;
}
