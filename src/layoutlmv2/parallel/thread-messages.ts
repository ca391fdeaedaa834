/** What a thread that classifies and its owner say to each other. */
import type { PageResult } from '../classifier.js';
import type { LayoutLMv2Config } from '../config.js';
import type { EncodedPage } from '../encoded-page.js';
import type { EngineName } from '../engine.js';
import type { Weight } from '../parameters.js';

/** The engines that compute in one thread of JavaScript: only these gain by more threads. */
export type ThreadEngine = Extract<EngineName, 'wasm' | 'cpu'>;

/** What a thread is started with. */
export type ThreadOptions = { engine: ThreadEngine; config: LayoutLMv2Config; labelCount: number };

/** To the thread: a weight that it asked for, the reason why there is none, or pages to classify. */
export type ThreadRequest =
  | { kind: 'weight'; weight: Weight }
  | { kind: 'noWeight'; reason: string }
  | { kind: 'classify'; pages: readonly EncodedPage[] };

/** From the thread: it needs a weight, it is ready for pages, it has classified some, or what it was asked for failed. */
export type ThreadReply =
  | { kind: 'needsWeight'; name: string }
  | { kind: 'ready' }
  | { kind: 'classified'; results: PageResult[] }
  | { kind: 'failed'; message: string };
