/** What page-renderer.ts and the process it starts, page-worker.ts, say to each other: one reply to each request. */
import type { DocumentMediaType } from './media-type.js';
import type { RenderedPage, RenderLimits } from './rendered-page.js';

export type PageWorkerRequest =
  | { kind: 'open'; path: string; mediaType: DocumentMediaType; limits: RenderLimits }
  | { kind: 'render'; number: number }
  /** Before any page is rendered. */
  | { kind: 'copy'; firstPage: number; lastPage: number }
  | { kind: 'close' };

export type PageWorkerReply =
  /** Said once, unasked, at the start. */
  | { kind: 'ready' }
  | { kind: 'opened'; pageCount: number }
  | { kind: 'rendered'; page: RenderedPage }
  | { kind: 'copied'; bytes: Uint8Array }
  /** `memoryBytes` is what the process keeps: WebAssembly memory grows and never shrinks. */
  | { kind: 'closed'; memoryBytes: number }
  /** A public error: the file is refused and the process is well. `cause` is for logs. */
  | { kind: 'refused'; code: string; message: string; cause: string | undefined }
  /** Anything else: the process is in an unknown state and ends. */
  | { kind: 'crashed'; reason: string };

/** Environment variable by which a worker is told how much memory it may use, in bytes. */
export const MEMORY_LIMIT_VARIABLE = 'PAGE_WORKER_MAX_MEMORY_BYTES';
