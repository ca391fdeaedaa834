/** The pages of a data set with the words that the product's own reader finds. */
import { availableParallelism } from 'node:os';
import { readAgain } from '../corpus/read-again.js';

const PAGES_A_NOTE = 50;

/** @returns the folder `to`, in which is kept what was read; says how far it is */
export async function readByProduct(from: string, to: string): Promise<string> {
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
