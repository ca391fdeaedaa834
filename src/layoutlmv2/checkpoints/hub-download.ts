/**
 * Downloads one file of a hub: continued after a cut, checked against the size and the hash the hub gives, and under its
 * name only when it is complete.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  type HubAccess,
  type HubResponse,
  PassingHubError,
  requestFile,
  STALL_TIMEOUT_MS,
  withRetries,
} from './hub-request.js';

/** The bytes of a file that are here, and how many it has; null where the hub does not say. */
export type FileProgress = { readonly receivedBytes: number; readonly totalBytes: number | null };

/** A file arrived whole and is not what the hub said. It was deleted. */
export class DamagedDownloadError extends Error {}

export type DownloadedFile = {
  readonly size: number;
  readonly etag: string | null;
  readonly commit: string | null;
  /** Whether the content was compared with a hash from the hub. */
  readonly isVerified: boolean;
};

export type DownloadRequest = {
  readonly url: URL;
  readonly path: string;
  readonly fileName: string;
  readonly maxBytes: number;
  readonly onProgress: (progress: FileProgress) => void;
};

/** Hubs give large files a SHA-256 as their identity. */
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Downloads a file to `path`. A partial file of an earlier try, with the same identity, is continued; a complete one whose
 * hash is the hub's stays.
 *
 * @throws HubFileNotFoundError when there is none; DamagedDownloadError when its content is not what the hub said; Error when
 * it is too large.
 */
export async function downloadFile(request: DownloadRequest, access: HubAccess): Promise<DownloadedFile> {
  const present = await withRetries(access, () => findPresent(request, access));
  if (present !== null) return present;
  const transfer: Transfer = { received: 0, partPath: null };
  const response = await withRetries(
    access,
    () => transferOnce(request, access, transfer),
    () => transfer.received,
  );
  const partPath = getPartPath(request.path, response.etag);
  const { size } = await stat(partPath);
  const isVerified = isSha256(response.etag);
  if (isVerified) {
    const found = await sha256Of(partPath, access.signal);
    if (found !== response.etag) {
      await rm(partPath);
      throw new DamagedDownloadError(
        `${request.url.href} is damaged: its SHA-256 should be ${response.etag}, found ${found}. It was deleted; try again.`,
      );
    }
  }
  await rename(partPath, request.path);
  return { size, etag: response.etag, commit: response.commit, isVerified };
}

/** What is known across the tries of one download. */
type Transfer = {
  /** Bytes on disk, the measure of progress. */
  received: number;
  /** The partial file to continue; null where there is none yet. */
  partPath: string | null;
};

async function transferOnce(
  request: DownloadRequest,
  access: HubAccess,
  transfer: Transfer,
): Promise<HubResponse> {
  const stall = createStallSignal(access.signal);
  try {
    const part = transfer.partPath ?? (await findPart(request, access, stall.signal));
    const start = part === null ? 0 : await sizeOf(part);
    const range: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {};
    const response = await requestFile(request.url, access, range, stall.signal);
    const partPath = getPartPath(request.path, response.etag);
    if (start > 0 && part !== null && (partPath !== part || !continuesAt(response, start))) {
      await response.body?.cancel();
      transfer.partPath = null;
      // Complete already: the last run ended between the last byte and the renaming.
      if (partPath === part && response.status === 416 && response.size === start) return response;
      await rm(part, { force: true });
      throw new PassingHubError(`${request.url.href} cannot be continued at byte ${start}.`);
    }
    // Without an identity a later try could not know that the content is still the same.
    transfer.partPath = response.etag === null ? null : partPath;
    if (response.size !== null && response.size > request.maxBytes) {
      await response.body?.cancel();
      throw new Error(`${request.url.href} has ${response.size} bytes; the limit is ${request.maxBytes}.`);
    }
    await receive(request, response, partPath, (received) => {
      stall.restart();
      transfer.received = Math.max(transfer.received, received);
    });
    return response;
  } finally {
    stall.stop();
  }
}

/** A partial file of an earlier run, if the hub's file still has the identity that is in its name. */
async function findPart(
  request: DownloadRequest,
  access: HubAccess,
  signal: AbortSignal,
): Promise<string | null> {
  const prefix = `${basename(request.path)}.`;
  const names = await readdir(dirname(request.path));
  if (!names.some((name) => name.startsWith(prefix) && name.endsWith('.part'))) return null;
  const { etag } = await probe(request, access, signal);
  return etag === null ? null : getPartPath(request.path, etag);
}

/** The file of an earlier run, if it is byte for byte what the hub has. */
async function findPresent(request: DownloadRequest, access: HubAccess): Promise<DownloadedFile | null> {
  const size = await sizeOf(request.path);
  if (size === 0) return null;
  const stall = createStallSignal(access.signal);
  try {
    const { etag, commit } = await probe(request, access, stall.signal);
    if (!isSha256(etag) || (await sha256Of(request.path, access.signal)) !== etag) return null;
    return { size, etag, commit, isVerified: true };
  } finally {
    stall.stop();
  }
}

/** Asks for one byte, which is enough to learn the identity and works where HEAD does not. */
async function probe(request: DownloadRequest, access: HubAccess, signal: AbortSignal): Promise<HubResponse> {
  const response = await requestFile(request.url, access, { range: 'bytes=0-0' }, signal);
  await response.body?.cancel();
  return response;
}

/** Whether the answer is what follows byte `start`, or the whole file again. */
function continuesAt(response: HubResponse, start: number): boolean {
  return response.status === 200 || (response.status === 206 && firstByteOf(response) === start);
}

async function receive(
  { url, fileName, maxBytes, onProgress }: DownloadRequest,
  response: HubResponse,
  partPath: string,
  onReceived: (bytes: number) => void,
): Promise<void> {
  const { status, size } = response;
  const limit = size ?? maxBytes;
  const handle = await open(partPath, status === 206 ? 'a' : 'w');
  let received = status === 206 ? firstByteOf(response) : 0;
  try {
    for await (const chunk of readBody(response.body, url)) {
      received += chunk.length;
      if (received > limit) break;
      await handle.write(chunk);
      onReceived(received);
      onProgress({ receivedBytes: received, totalBytes: size });
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (received > limit) {
    await rm(partPath);
    throw new DamagedDownloadError(`${url.href} sends more than the ${limit} bytes it may have.`);
  }
  if (size !== null && received < size) {
    throw new PassingHubError(`${url.host} ended after ${received} of ${size} bytes of ${fileName}.`);
  }
}

/** The chunks of a body; a broken connection is a fault that may pass. */
async function* readBody(body: HubResponse['body'], url: URL): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new PassingHubError(`The connection to ${url.host} broke.`, { cause: error });
  }
}

function isSha256(etag: string | null): boolean {
  return etag !== null && SHA256.test(etag);
}

function firstByteOf({ headers }: HubResponse): number {
  return Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

/** The identity is part of the name, so that two contents never mix. */
function getPartPath(path: string, etag: string | null): string {
  return `${path}.${(etag ?? 'unknown').replaceAll(/[^\w-]/g, '').slice(0, 80)}.part`;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function sha256Of(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, {
    highWaterMark: 2 ** 20,
    ...(signal ? { signal } : {}),
  })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** A signal that fires when the caller's does, or when nothing has arrived for a while. */
function createStallSignal(outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const start = () =>
    setTimeout(() => controller.abort(new Error('Nothing arrived for too long.')), STALL_TIMEOUT_MS);
  let timer = start();
  return {
    signal: outer ? AbortSignal.any([outer, controller.signal]) : controller.signal,
    restart: (): void => {
      clearTimeout(timer);
      timer = start();
    },
    stop: (): void => clearTimeout(timer),
  };
}
