/** What a page's token ids say and how another text would be written in them, by the tokenizer that the page was encoded with. */
import { createTokenizer, type TokenizerModel } from '../../tokenizer/tokenizer.js';
import { BLANK_SYMBOL } from '../../tokenizer/unigram.js';
import type { WordTokenizer } from '../../tokenizer/word-tokenizer.js';
import { CONTINUATION_PREFIX } from '../../tokenizer/wordpiece.js';

export type Spelling = {
  /** The text of a word's pieces, as far as the vocabulary keeps it; undefined where one stands for no text, as [UNK] does. */
  findText(ids: readonly number[]): string | undefined;
  /** The ids of a word's pieces; empty for a text that is none. */
  idsOf(text: string): readonly number[];
  /** The id of [MASK]. */
  maskId(): number;
};

/** Reads and writes by a tokenizer, which is built when it is first needed: most runs change no letters. */
export function createSpelling(model: TokenizerModel): Spelling {
  let built: { tokenizer: WordTokenizer; special: ReadonlySet<number> } | undefined;
  const build = () => {
    if (built) return built;
    const tokenizer = createTokenizer(model);
    built = { tokenizer, special: new Set(Object.values(tokenizer.specialIds)) };
    return built;
  };
  const textOfPiece = (piece: string) => {
    if (model.kind === 'unigram') return piece.replaceAll(BLANK_SYMBOL, '');
    return piece.startsWith(CONTINUATION_PREFIX) ? piece.slice(CONTINUATION_PREFIX.length) : piece;
  };
  return {
    findText(ids) {
      const { tokenizer, special } = build();
      if (ids.some((id) => special.has(id))) return undefined;
      return ids.map((id) => textOfPiece(tokenizer.getPiece(id))).join('');
    },
    idsOf: (text) => Array.from(build().tokenizer.tokenizeWord(text)),
    maskId: () => build().tokenizer.specialIds.mask,
  };
}
