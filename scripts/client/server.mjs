// A running Classeur as the commands see it: GraphQL, uploads and files over HTTP, tried again while it cannot be reached.
import { createHash } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

// Waits between tries, in milliseconds: half a minute in all, in which a restart is over.
const RETRY_WAITS_MS = [500, 1000, 2000, 4000, 8000, 16_000];
// Above, a file is streamed from disk.
const MOST_BYTES_AT_HAND = 64 * 2 ** 20;

// What the server answered, or that it did not.
export class ServerError extends Error {
  constructor(message, { code = null, isUnreachable = false } = {}) {
    super(message);
    this.code = code;
    this.isUnreachable = isUnreachable;
  }
}

// The address of the server that runs here with these settings.
export function defaultUrl({ host, port }) {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

export function connectToServer(address, { retryWaitsMs = RETRY_WAITS_MS } = {}) {
  const url = address.replace(/\/+$/, '').replace(/\/graphql$/, '');

  // Sends a request that `make` builds anew for each try, and gives what `read` makes of the response.
  const send = async (path, make, read, waitsMs = retryWaitsMs) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await fetch(path.startsWith('http') ? path : `${url}${path}`, await make());
        if (response.status >= 500) throw new TypeError(`status ${response.status}`);
        return await read(response);
      } catch (error) {
        // fetch reports whatever keeps a connection from being made or finished as a TypeError.
        if (!(error instanceof TypeError)) throw error;
        const wait = waitsMs[attempt];
        if (wait === undefined) {
          const reason = error.cause?.code ?? error.cause?.message ?? error.message;
          throw new ServerError(
            `Classeur cannot be reached at ${url} (${reason}). Is it running? Another address: --url`,
            { isUnreachable: true },
          );
        }
        await sleep(wait);
      }
    }
  };

  const readAnswer = async (response) => {
    const text = await response.text();
    let answer;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new ServerError(`${url} is no Classeur: it answered ${response.status} and no JSON`);
    }
    const [error] = answer.errors ?? [];
    if (error) throw new ServerError(error.message, { code: error.extensions?.code ?? null });
    return answer.data;
  };

  return {
    url,

    // Asks by GraphQL; the first error is thrown. With `isFirst` a server that does not answer is not waited for.
    ask: (query, variables = {}, { isFirst = false } = {}) =>
      send(
        '/graphql',
        () => ({
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        }),
        readAnswer,
        isFirst ? [] : retryWaitsMs,
      ),

    // Uploads one file; gives { document, duplicate, error }.
    upload: async ({ path, filename, byteSize, label }) => {
      const query = `mutation ($files: [Upload!]!, $label: String) {
        uploadDocuments(files: $files, label: $label) { duplicate document { id } error { code message } }
      }`;
      const make = async () => {
        const form = new FormData();
        form.set('operations', JSON.stringify({ query, variables: { files: [null], label } }));
        form.set('map', JSON.stringify({ 0: ['variables.files.0'] }));
        const blob =
          byteSize > MOST_BYTES_AT_HAND ? await openAsBlob(path) : new Blob([await readFile(path)]);
        form.set('0', blob, filename);
        return { method: 'POST', body: form };
      };
      const { uploadDocuments } = await send('/graphql', make, readAnswer);
      return uploadDocuments[0];
    },

    // Writes what is at an address to `pathOf(contentType)`, whole or not at all; gives that path.
    download: (address, pathOf, { sha256 = null } = {}) =>
      send(
        address,
        () => ({}),
        async (response) => {
          if (!response.ok) throw new ServerError(`${address} answered ${response.status}`);
          const path = pathOf((response.headers.get('content-type') ?? '').split(';')[0]);
          const part = `${path}.part`;
          const hash = createHash('sha256');
          try {
            const hashed = async function* (source) {
              for await (const chunk of source) {
                hash.update(chunk);
                yield chunk;
              }
            };
            await pipeline(Readable.fromWeb(response.body), hashed, createWriteStream(part));
            const found = hash.digest('hex');
            if (sha256 !== null && found !== sha256)
              throw new ServerError(`${address} came with other bytes than it was kept with`);
            await rename(part, path);
          } catch (error) {
            await rm(part, { force: true });
            throw error;
          }
          return path;
        },
      ),
  };
}
