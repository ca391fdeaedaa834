/** The files behind downloadUrl, imageUrl and thumbnailUrl, over plain HTTP: byte ranges, and never shown as a page. */
import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import type { BlobStorage } from '../platform/blob-storage.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { isId } from '../shared/ids.js';
import { createDocumentNotFoundError, createPageNotFoundError } from './document.errors.js';
import { findDocument, findPage } from './document.repository.js';

/** `isFinal`: no other bytes will ever stand at its address. */
type File = { sha256: string; mediaType: string; disposition: string; isFinal: boolean };

export function createDocumentRoutes(dependencies: {
  connection: DatabaseConnection;
  blobs: BlobStorage;
}): Router {
  const { connection, blobs } = dependencies;
  const router = express.Router();

  router.get('/files/documents/:id', async (request, response) => {
    const { id } = request.params;
    const document = isId(id) ? await findDocument(connection.database, id) : null;
    if (document === null) throw createDocumentNotFoundError(id);
    const { sha256, mediaType, filename } = document;
    const disposition = `attachment; filename*=UTF-8''${encodeRfc5987(filename)}`;
    // A part may get a file of its own yet.
    const isFinal = document.fileFirstPage === null;
    await sendFile(blobs, request, response, { sha256, mediaType, disposition, isFinal });
  });

  router.get('/files/pages/:id/:kind', async (request, response, next) => {
    const { id, kind } = request.params;
    if (kind !== 'image' && kind !== 'thumbnail') return next();
    const page = isId(id) ? await findPage(connection.database, id) : null;
    if (page === null) throw createPageNotFoundError(id);
    const file =
      kind === 'image'
        ? { sha256: page.imageSha256, mediaType: page.imageMediaType }
        : { sha256: page.thumbnailSha256, mediaType: 'image/webp' };
    await sendFile(blobs, request, response, { ...file, disposition: 'inline', isFinal: true });
  });

  return router;
}

async function sendFile(blobs: BlobStorage, request: Request, response: Response, file: File): Promise<void> {
  const byteSize = await blobs.findSize(file.sha256);
  if (byteSize === null) throw new Error(`blob ${file.sha256} is missing from storage`);
  response.set({
    'Accept-Ranges': 'bytes',
    'Cache-Control': file.isFinal ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    'Content-Disposition': file.disposition,
    // Uploaded bytes are shown by the browser as what we say they are, and run nothing.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Content-Type': file.mediaType,
    ETag: `"${file.sha256}"`,
    'X-Content-Type-Options': 'nosniff',
  });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  // A part is of use only to who has the rest of the same bytes.
  const wanted = request.get('If-Range') ?? response.get('ETag');
  const ranges = wanted === response.get('ETag') ? request.range(byteSize, { combine: true }) : undefined;
  if (ranges === -1) {
    response.status(416).set('Content-Range', `bytes */${byteSize}`).end();
    return;
  }
  // Several ranges at once would need a multipart answer, which may be declined: the whole file is sent.
  const range =
    Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
  if (range) response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${byteSize}`);
  response.set('Content-Length', String(range ? range.end - range.start + 1 : byteSize));
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const stream = await blobs.openRead(file.sha256, range && { start: range.start, end: range.end });
  try {
    await pipeline(stream, response);
  } catch (error) {
    // The reader went away: nobody is left to be told.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
