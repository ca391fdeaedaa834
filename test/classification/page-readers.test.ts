import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPageReaders, shareImages } from '../../src/classification/page-readers.js';
import { createWordTokenizer } from '../../src/layoutlmv2/tokenizer/word-tokenizer.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';

let world: ServingWorld;
beforeAll(async () => {
  world = await createServingWorld();
});
afterAll(() => world.close());

const specialIds = { padding: 0, unknown: 1, classification: 2, separator: 3, mask: 4 };
const tokenizer = createWordTokenizer(['a'], specialIds, () => Int32Array.from([0]));

it('an image is the same alone as beside tokens, and is decoded once for all members of an average', async () => {
  const { id } = await world.makeDocument({ texts: ['dear madam'], picture: 'lined' });
  const [page] = await world.database.connection.database.page.findMany({ where: { documentId: id } });
  if (!page) throw new Error('the document has no page');
  let encoded = 0;
  const readers = createPageReaders({
    connection: world.database.connection,
    encodePage: (...of) => {
      encoded += 1;
      return world.encodePage(...of);
    },
  });
  const alone = await readers.readImage(page);
  expect(new Set(alone).size).toBeGreaterThan(1);
  expect(encoded).toBe(1);

  const shared = shareImages(readers);
  const { image, inputIds } = await shared.encodePage(page, tokenizer, { maxTokens: 16 });
  expect([...Array.from(inputIds)]).toEqual([2, 0, 0, 3]);
  expect(image).toEqual(alone);
  expect(await shared.readImage(page)).toBe(image);
  expect(encoded).toBe(2);
  // Another document's page is read as ever, and what was read for one document is not kept for the next.
  expect(await shareImages(readers).readImage(page)).toEqual(alone);
  expect(encoded).toBe(3);
  expect(await shared.readTexts([page])).toEqual([['dear', 'madam']]);
});
