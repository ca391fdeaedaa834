/** A process that makes the shards it is told to, one after the other, and tells of each page and shard. */

import { createCorpusReader } from './corpus-reader.js';
import type { CorpusParameters } from './parameters.js';
import { makeShard } from './shard.js';

/** To the process. */
export type ShardOrder = { folder: string; parameters: CorpusParameters; shard: number };

/** From the process. */
export type ShardNews =
  | { type: 'page' }
  | { type: 'shard'; shard: number }
  | { type: 'failed'; message: string };

const reader = createCorpusReader({ workers: 1 });
const tell = (news: ShardNews) => process.send?.(news);

process.on('message', (order: ShardOrder) => {
  makeShard(order.folder, order.parameters, order.shard, reader, () => tell({ type: 'page' })).then(
    () => tell({ type: 'shard', shard: order.shard }),
    (error: unknown) =>
      tell({
        type: 'failed',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
});
// Without the one who asks, there is nobody to make pages for.
process.on('disconnect', () => process.exit());
