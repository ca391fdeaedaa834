/** What a page's token ids say and how another text would be written in them, by the tokenizer that the page was encoded with. */
import type { Random } from '../../random.js';
import { createTokenizer, type TokenizerModel, vocabularySizeOf } from '../../tokenizer/tokenizer.js';
import { BLANK_SYMBOL } from '../../tokenizer/unigram.js';
import type { WordTokenizer } from '../../tokenizer/word-tokenizer.js';
import { CONTINUATION_PREFIX } from '../../tokenizer/wordpiece.js';

export type Spelling = {
  /** The text of a word's pieces, as far as the vocabulary keeps it; undefined where one stands for no text, as [UNK] does. */
  findText(ids: readonly number[]): string | undefined;
  /** The ids of a word's pieces; empty for a text that is none. */
  idsOf(text: string): readonly number[];
  /** The ids of a word that means nothing: the texts of one to three pieces of the vocabulary, one behind the other. */
  drawForeignWord(random: Random): readonly number[];
  /** The id of [MASK]. */
  maskId(): number;
};

/** One piece is a word of its own or the end of one; three make a word that is mostly read piece by piece. */
const MOST_PIECES_OF_FOREIGN_WORD = 3;

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
    drawForeignWord(random) {
      const { tokenizer, special } = build();
      let text = '';
      for (let pieces = 1 + random.integer(MOST_PIECES_OF_FOREIGN_WORD); pieces > 0; pieces--) {
        const id = random.integer(vocabularySizeOf(model));
        if (!special.has(id)) text += textOfPiece(tokenizer.getPiece(id));
      }
      return Array.from(tokenizer.tokenizeWord(text));
    },
    idsOf: (text) => Array.from(build().tokenizer.tokenizeWord(text)),
    maskId: () => build().tokenizer.specialIds.mask,
  };
}
