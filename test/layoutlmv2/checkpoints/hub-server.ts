/** A small model hub on this machine, for the tests of downloading: with redirects, ranges, tokens and faults to order. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

type HubRequest = {
  host: 'hub' | 'storage';
  path: string;
  range: string | null;
  authorization: string | null;
};

/** What a test may set about the hub; large files are those that live on the storage host. */
type HubBehaviour = {
  readonly files: Map<string, Buffer>;
  largeFiles: Set<string>;
  requiredToken: string | null;
  /** For each file, how many bytes of each coming answer are sent before the connection is cut. */
  cuts: Map<string, number[]>;
  /** Files of which a half is sent, and then nothing more. */
  stalls: Set<string>;
  /** Statuses to answer with before the real answer, for each file. */
  statuses: Map<string, number[]>;
  /** What the storage sends instead of a file, while the hub still gives the true hash. */
  replacements: Map<string, Buffer>;
  givesCommit: boolean;
  ignoresRanges: boolean;
  readonly requests: HubRequest[];
};

export type TestHub = HubBehaviour & { readonly endpoint: string; readonly close: () => Promise<void> };

/** Starts the hub and, as another host, the storage that it redirects to for large files. */
export async function startHub(): Promise<TestHub> {
  const behaviour: HubBehaviour = {
    files: new Map(),
    largeFiles: new Set(),
    requiredToken: null,
    cuts: new Map(),
    stalls: new Set(),
    statuses: new Map(),
    replacements: new Map(),
    givesCommit: true,
    ignoresRanges: false,
    requests: [],
  };
  const storage = await listen((request, response) => {
    record(behaviour, 'storage', request);
    const name = nameOf(request);
    const file = behaviour.replacements.get(name) ?? behaviour.files.get(name);
    if (file === undefined) return void response.writeHead(404).end();
    // Storages have identities of their own.
    sendFile(behaviour, name, file, request, response, { etag: '"of-the-storage"' });
  });
  const hub = await listen((request, response) => {
    record(behaviour, 'hub', request);
    const name = nameOf(request);
    const status = behaviour.statuses.get(name)?.shift();
    if (status !== undefined) return void response.writeHead(status).end();
    const { requiredToken } = behaviour;
    if (requiredToken !== null && request.headers.authorization !== `Bearer ${requiredToken}`) {
      return void response.writeHead(401).end();
    }
    const file = behaviour.files.get(name);
    if (file === undefined) return void response.writeHead(404).end();
    const commit: Record<string, string> = behaviour.givesCommit ? { 'x-repo-commit': COMMIT } : {};
    if (!behaviour.largeFiles.has(name)) {
      return sendFile(behaviour, name, file, request, response, {
        ...commit,
        etag: `W/"${hash(file, 'sha1')}"`,
      });
    }
    response.writeHead(302, {
      ...commit,
      'x-linked-etag': `"${hash(file, 'sha256')}"`,
      'x-linked-size': String(file.length),
      location: `${addressOf(storage)}/${name}`,
    });
    response.end();
  });
  return Object.assign(behaviour, {
    endpoint: addressOf(hub),
    close: async () => {
      for (const server of [hub, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  });
}

function sendFile(
  behaviour: HubBehaviour,
  name: string,
  file: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  let body = file;
  if (range !== null && !behaviour.ignoresRanges) {
    const start = Number(range[1]);
    const end = range[2] === '' ? file.length : Math.min(file.length, Number(range[2]) + 1);
    if (start >= file.length) {
      return void response.writeHead(416, { ...headers, 'content-range': `bytes */${file.length}` }).end();
    }
    body = file.subarray(start, end);
    response.writeHead(206, {
      ...headers,
      'content-range': `bytes ${start}-${end - 1}/${file.length}`,
      'content-length': body.length,
    });
  } else {
    response.writeHead(200, { ...headers, 'content-length': body.length });
  }
  if (behaviour.stalls.has(name)) return void response.write(body.subarray(0, body.length / 2));
  const cut = behaviour.cuts.get(name)?.shift();
  if (cut === undefined) return void response.end(body);
  response.write(body.subarray(0, cut), () => response.socket?.destroy());
}

function record(behaviour: HubBehaviour, host: HubRequest['host'], request: IncomingMessage): void {
  behaviour.requests.push({
    host,
    path: request.url ?? '',
    range: request.headers.range ?? null,
    authorization: request.headers.authorization ?? null,
  });
}

const nameOf = (request: IncomingMessage) => decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '');
const hash = (data: Buffer, algorithm: string) => createHash(algorithm).update(data).digest('hex');

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
