/** A page's tokens as words and back: the pieces of a word, neighbours with the same box, share one fate. */
import type { EncodedPage } from '../../encoded-page.js';
import type { WordBox } from '../../page-encoding.js';

export type TokenWord = { ids: readonly number[]; box: WordBox };

type Tokens = Pick<EncodedPage, 'inputIds' | 'boxes'>;

/** The words between [CLS] and [SEP]. */
export function wordsOf({ inputIds, boxes }: Tokens): TokenWord[] {
  const words: { ids: number[]; box: WordBox }[] = [];
  for (let token = 1; token < inputIds.length - 1; token++) {
    const id = inputIds[token] ?? 0;
    const box = boxOf(boxes, token);
    const last = words.at(-1);
    if (last?.box.every((edge, side) => edge === box[side])) last.ids.push(id);
    else words.push({ ids: [id], box });
  }
  return words;
}

/** The words between the [CLS] and [SEP] of `page`; of more tokens than that page has, the last ones are left out. */
export function tokensOf(words: readonly TokenWord[], page: Tokens): Tokens {
  const { inputIds, boxes } = page;
  const separator = inputIds.length - 1;
  const ids: number[] = [inputIds[0] ?? 0];
  const idBoxes: number[] = [...boxOf(boxes, 0)];
  for (const word of words) {
    for (const id of word.ids) {
      if (ids.length >= separator) break;
      ids.push(id);
      idBoxes.push(...word.box);
    }
  }
  ids.push(inputIds[separator] ?? 0);
  idBoxes.push(...boxOf(boxes, separator));
  return { inputIds: ids, boxes: idBoxes };
}

function boxOf(boxes: ArrayLike<number>, token: number): WordBox {
  const at = 4 * token;
  return [boxes[at] ?? 0, boxes[at + 1] ?? 0, boxes[at + 2] ?? 0, boxes[at + 3] ?? 0];
}
