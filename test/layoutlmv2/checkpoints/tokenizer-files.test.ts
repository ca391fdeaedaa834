import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTokenizer, writeTokenizer } from '../../../src/layoutlmv2/checkpoints/tokenizer-files.js';
import { parseConfig } from '../../../src/layoutlmv2/config.js';
import { createTokenizer, uncasedWordPiece } from '../../../src/layoutlmv2/tokenizer/tokenizer.js';

const read = (name: string) => readFile(new URL(`../fixtures/layoutxlm/${name}`, import.meta.url));
const config = parseConfig({ vocab_size: 400, max_position_embeddings: 66 });
const modelFile = 'sentencepiece.bpe.model';

let parent: string;
let model: Buffer;
let json: Record<string, unknown>;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  model = await read(modelFile);
  json = JSON.parse((await read('tokenizer.json')).toString()) as Record<string, unknown>;
});
afterAll(() => rm(parent, { recursive: true }));

let folders = 0;
async function makeFolder(files: Record<string, Uint8Array | string>): Promise<string> {
  folders += 1;
  const folder = join(parent, String(folders));
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}
const readFrom = async (files: Record<string, Uint8Array | string>) =>
  readTokenizer(await makeFolder(files), config);
const idsOf = async (files: Record<string, Uint8Array | string>, word: string) => [
  ...createTokenizer(await readFrom(files)).tokenizeWord(word),
];
const withJson = (change: object) => ({ 'tokenizer.json': JSON.stringify({ ...json, ...change }) });

describe('the tokenizer of a checkpoint folder', () => {
  it('is recognised by its files', async () => {
    expect(await readFrom({ 'vocab.txt': 'a\nb\n' })).toEqual(uncasedWordPiece(['a', 'b']));
    expect((await readFrom({ [modelFile]: model })).kind).toBe('unigram');
    expect((await readFrom(withJson({}))).kind).toBe('unigram');
    await expect(readFrom({})).rejects.toThrow('none of vocab.txt, tokenizer.json, sentencepiece.bpe.model');
  });

  it('follows tokenizer.json where both it and the model file are there, as what has been trained with last', async () => {
    const plain = withJson({ normalizer: null });
    expect(await idsOf({ ...plain, [modelFile]: model }, 'ﬁnal')).toEqual(await idsOf(plain, 'ﬁnal'));
    expect(await idsOf(plain, 'ﬁnal')).not.toEqual(await idsOf({ [modelFile]: model }, 'ﬁnal'));
  });

  it('reads a WordPiece tokenizer.json as newer libraries save it', async () => {
    const vocab = Object.fromEntries(
      ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a'].map((piece, id) => [piece, id]),
    );
    const normalizer = {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: false,
      lowercase: true,
    };
    const wordPiece = {
      model: { type: 'WordPiece', unk_token: '[UNK]', max_input_chars_per_word: 100, vocab },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      added_tokens: [{ id: 0, content: '[PAD]', special: true }],
    };
    const file = (change: object) => ({
      'tokenizer.json': JSON.stringify({ ...wordPiece, normalizer: { ...normalizer, ...change } }),
    });
    expect(await readFrom(file({}))).toMatchObject({ lowerCase: true, stripAccents: false });
    expect(await idsOf(file({}), 'á')).toEqual([1]);
    expect(await idsOf(file({ strip_accents: null }), 'á')).toEqual([5]);
    await expect(readFrom(file({ handle_chinese_chars: false }))).rejects.toThrow('handle_chinese_chars');
  });

  it('reads the blanks of tokenizer.json as older libraries wrote them', async () => {
    const pretokenizers = [
      { type: 'WhitespaceSplit' },
      { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
    ];
    const old = withJson({ pre_tokenizer: { type: 'Sequence', pretokenizers } });
    expect(await idsOf(old, ' the  form')).toEqual([
      ...(await idsOf(withJson({}), 'the')),
      ...(await idsOf(withJson({}), 'form')),
    ]);
  });

  it('is saved with its files as they were, and loads again', async () => {
    for (const files of [{ [modelFile]: model }, { ...withJson({}), [modelFile]: model }]) {
      const tokenizer = await readFrom(files);
      const folder = await makeFolder({});
      await writeTokenizer(folder, tokenizer, config);
      expect((await readdir(folder)).sort()).toEqual([...Object.keys(files), 'tokenizer_config.json'].sort());
      expect(await readFile(join(folder, modelFile))).toEqual(model);
      const ids = createTokenizer(await readTokenizer(folder, config)).tokenizeWord('oﬃce');
      expect([...ids]).toEqual(await idsOf(files, 'oﬃce'));
    }
  });

  it('may not have more ids than the network has embeddings', async () => {
    const folder = await makeFolder({ [modelFile]: model });
    await expect(readTokenizer(folder, parseConfig({ vocab_size: 100 }))).rejects.toThrow(
      /vocabulary of .* has \d+ pieces, but its network only 100/,
    );
  });
});

describe('a hostile or damaged tokenizer file', () => {
  it('of the SentencePiece kind is refused wherever it is cut off, by its name', async () => {
    let refused = 0;
    // Between two of its fields a cut is not seen but by what is missing; a prime step meets all kinds of places.
    for (let length = 0; length < model.length; length += 97) {
      const error: unknown = await readFrom({ [modelFile]: model.subarray(0, length) }).catch(
        (e: unknown) => e,
      );
      if (!(error instanceof Error)) continue;
      refused += 1;
      expect(error.message).toContain(modelFile);
    }
    expect(refused).toBeGreaterThan(80);
  });

  it('of the SentencePiece kind never does worse than an error, whatever byte is another one', async () => {
    for (let at = 0; at < model.length; at += 31) {
      const damaged = Buffer.from(model);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const found: unknown = await idsOf({ [modelFile]: damaged }, 'oﬃce Größe').catch(
        (error: unknown) => error,
      );
      const isFine = Array.isArray(found) || (found instanceof Error && found.message.includes(modelFile));
      expect(isFine, `byte ${at}: ${String(found)}`).toBe(true);
    }
  });

  it.each([
    [
      'a field longer than the file',
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
      'a field of 4294967295 bytes, 0 are left',
    ],
    ['a number without an end', [0x0a, ...Array<number>(20).fill(0xff)], 'more than 64 bits'],
    ['a kind of field that does not exist', [0x0b], 'unknown kind of field 3'],
    ['a piece that is no text', [0x0a, 0x03, 0x0a, 0x01, 0xff], 'no UTF-8'],
    ['nothing', [], 'has 0 pieces'],
  ])('with %s is refused', async (_, bytes, message) => {
    await expect(readFrom({ [modelFile]: Uint8Array.from(bytes) })).rejects.toThrow(message);
  });

  it.each([
    ['no JSON', '{', 'no valid JSON'],
    ['no tokenizer', '[]', 'holds no tokenizer'],
    ['another kind', '{"model":{"type":"BPE"}}', 'only WordPiece and Unigram'],
    ['no vocabulary', '{"model":{"type":"Unigram","unk_id":0}}', 'no vocabulary'],
    ['a piece without a score', '{"model":{"type":"Unigram","unk_id":0,"vocab":[["a"]]}}', 'piece 0'],
    ['a piece without text', '{"model":{"type":"Unigram","unk_id":0,"vocab":[["",0]]}}', 'piece 0'],
    ['no unknown piece', '{"model":{"type":"Unigram","vocab":[["a",0]]}}', 'unk_id'],
    ['no special pieces', '{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0]]}}', '<s>'],
  ])('that is %s is refused', async (_, text, message) => {
    await expect(readFrom({ 'tokenizer.json': text })).rejects.toThrow(message);
  });

  it.each([
    ['normalizer', { normalizer: { type: 'Lowercase' } }],
    ['normalizer', { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAAAA==' } }],
    ['pre_tokenizer', { pre_tokenizer: { type: 'ByteLevel' } }],
    ['byte_fallback', { model: { type: 'Unigram', byte_fallback: true } }],
    ['the token "DRAFT"', { added_tokens: [{ id: 9, content: 'DRAFT', special: false }] }],
  ])('that asks for a %s that is not implemented is refused', async (_, change) => {
    await expect(readFrom(withJson(change))).rejects.toThrow('tokenizer.json');
  });

  it('of more bytes than any is refused before it is read', async () => {
    const folder = await makeFolder({});
    await writeFile(join(folder, modelFile), Buffer.alloc(33 * 2 ** 20));
    await expect(readTokenizer(folder, config)).rejects.toThrow('at most 33554432');
  });
});
