/**
 * The process in which files are read: it opens one at a time and renders its pages when asked (page-renderer.ts). Nothing
 * in it is worth keeping: after a fault of PDFium it ends itself, and its owner kills it when it takes too long. A thread
 * beside ends it when its owner is gone or when it grows too large, which it could not notice while it is inside PDFium.
 */
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { AppError, messageOf } from '../../shared/errors.js';
import { type DocumentFile, openDocumentFile } from './document-file.js';
import {
  MEMORY_LIMIT_VARIABLE,
  type PageWorkerReply,
  type PageWorkerRequest,
} from './page-worker-protocol.js';
import { loadPdfium, type Pdfium } from './pdfium.js';

const WATCH_INTERVAL_MS = 250;

function serve(): void {
  // Each picture is read once, and many workers share the cores.
  sharp.cache(false);
  sharp.concurrency(1);
  let file: DocumentFile | null = null;
  let pdfium: Promise<Pdfium> | null = null;
  const getPdfium = () => {
    pdfium ??= loadPdfium();
    return pdfium;
  };

  const answer = async (request: PageWorkerRequest): Promise<PageWorkerReply> => {
    if (request.kind === 'open') {
      file = await openDocumentFile(request.path, request.mediaType, request.limits, getPdfium);
      return { kind: 'opened', pageCount: file.pageCount };
    }
    if (request.kind === 'render') {
      if (file === null) throw new Error('No file is open');
      return { kind: 'rendered', page: await file.renderPage(request.number) };
    }
    if (request.kind === 'copy') {
      if (file === null) throw new Error('No file is open');
      return { kind: 'copied', bytes: file.copyPages(request.firstPage, request.lastPage) };
    }
    file?.close();
    file = null;
    return { kind: 'closed', memoryBytes: process.memoryUsage.rss() };
  };

  process.on('message', (request: PageWorkerRequest) => {
    answer(request).then(reply, (error: unknown) => {
      if (error instanceof AppError) return reply(refusal(error));
      reply({ kind: 'crashed', reason: error instanceof Error ? String(error.stack) : String(error) }, () =>
        process.exit(1),
      );
    });
  });
  process.on('disconnect', () => process.exit(0));
  reply({ kind: 'ready' });
}

function refusal({ code, message, cause }: AppError): PageWorkerReply {
  return { kind: 'refused', code, message, cause: cause === undefined ? undefined : messageOf(cause) };
}

function reply(message: PageWorkerReply, afterwards?: () => void): void {
  process.send?.(message, undefined, undefined, afterwards);
}

/**
 * The thread beside, in plain JavaScript, since a thread's file would have to be a second entry point of the program.
 * It kills the process when its owner is gone or when it uses too much memory.
 */
const WATCH_THREAD = `
  const { writeSync } = require('node:fs');
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== workerData.ownerId) process.kill(process.pid, 'SIGKILL');
    const usedBytes = process.memoryUsage.rss();
    if (usedBytes <= workerData.maxMemoryBytes) return;
    writeSync(2, 'used ' + usedBytes + ' bytes of memory, allowed are ' + workerData.maxMemoryBytes);
    process.kill(process.pid, 'SIGKILL');
  }, workerData.intervalMs);
`;

function startWatching(): void {
  const workerData = {
    ownerId: process.ppid,
    maxMemoryBytes: Number(process.env[MEMORY_LIMIT_VARIABLE]),
    intervalMs: WATCH_INTERVAL_MS,
  };
  new Worker(WATCH_THREAD, { eval: true, execArgv: [], workerData }).unref();
}

startWatching();
serve();
