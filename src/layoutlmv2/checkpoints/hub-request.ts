/**
 * One request to a model hub: follows redirects without giving the access token to other hosts, tries again what may
 * succeed later, and says clearly what will not.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export type HubAccess = {
  /** Base address, e.g. https://huggingface.co. */
  readonly endpoint: string;
  /** Access token, for private and gated models. */
  readonly token?: string | null;
  readonly signal?: AbortSignal;
  /** Waiting time before the second try; doubled for each further one. Default one second. */
  readonly retryDelayMs?: number;
};

export type HubResponse = {
  readonly status: number;
  readonly body: Response['body'];
  readonly headers: Headers;
  /** The identity of the content, by the hub's first answer; null where it gave none. */
  readonly etag: string | null;
  /** In bytes, of the whole file; null where unknown. */
  readonly size: number | null;
  /** The commit that the revision stood for; null on mirrors that do not say. */
  readonly commit: string | null;
};

/** The hub has no such file (or none that this token may see). */
export class HubFileNotFoundError extends Error {}

/** The hub does not show this to the token that was given, or to nobody without one. */
export class HubAccessError extends Error {}

/** A fault that may pass: trying again can help. */
export class PassingHubError extends Error {}

const MAX_REDIRECTS = 5;
const MAX_ATTEMPTS = 5;
const DEFAULT_RETRY_DELAY_MS = 1000;
const MAX_RETRY_DELAY_MS = 60_000;
// Headers should come at once; a transfer that says nothing for as long is dead.
export const STALL_TIMEOUT_MS = 60_000;

/** Runs an action until it succeeds, fails for good, or has failed `MAX_ATTEMPTS` times without progress. */
export async function withRetries<T>(
  access: HubAccess,
  action: () => Promise<T>,
  progress: () => number = () => 0,
): Promise<T> {
  let delayMs = access.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS;
  let lastProgress = progress();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      access.signal?.throwIfAborted();
      if (progress() > lastProgress) {
        attempt = 1;
        lastProgress = progress();
        delayMs = access.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS;
      }
      if (!(error instanceof PassingHubError) || attempt >= MAX_ATTEMPTS) throw error;
      await sleep(delayMs, undefined, access.signal ? { signal: access.signal } : {});
      delayMs = Math.min(MAX_RETRY_DELAY_MS, delayMs * 2);
    }
  }
}

/** The address of a file of a repository, by the hub's convention. */
export function fileUrl(endpoint: string, repository: string, revision: string, fileName: string): URL {
  const base = endpoint.endsWith('/') ? endpoint : `${endpoint}/`;
  const path = `${repository}/resolve/${encodeURIComponent(revision)}/${encodeURIComponent(fileName)}`;
  return new URL(path, base);
}

/**
 * Asks for a file. The token goes to the hub's own host only, never to where it redirects. `signal` ends the transfer of
 * the body, too.
 *
 * @throws HubFileNotFoundError for 404; PassingHubError for a broken connection, a busy or failing server; HubAccessError
 * that names the token setting where access is refused.
 */
export async function requestFile(
  url: URL,
  { token = null }: Pick<HubAccess, 'token'>,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HubResponse> {
  let target = url;
  const linked: { etag: string | null; size: string | null; commit: string | null } = {
    etag: null,
    size: null,
    commit: null,
  };
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const isHub = target.origin === url.origin;
    const authorization: Record<string, string> =
      isHub && token !== null && token !== '' ? { authorization: `Bearer ${token}` } : {};
    const response = await fetchOnce(
      target,
      { ...headers, ...authorization, 'accept-encoding': 'identity' },
      signal,
    );
    if (isHub) {
      // Where the hub redirects, these describe the file; the headers of the storage behind it may not.
      linked.etag ??= response.headers.get('x-linked-etag');
      linked.size ??= response.headers.get('x-linked-size');
      linked.commit ??= response.headers.get('x-repo-commit');
    }
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && response.status !== 304 && location !== null) {
      await response.body?.cancel();
      target = redirectTarget(location, target);
      continue;
    }
    await checkStatus(response, url);
    return {
      status: response.status,
      body: response.body,
      headers: response.headers,
      etag: cleanEtag(linked.etag ?? (isHub ? response.headers.get('etag') : null)),
      size: parseSize(linked.size) ?? wholeSize(response),
      commit: linked.commit,
    };
  }
  throw new Error(`${url.href} redirects more than ${MAX_REDIRECTS} times.`);
}

async function fetchOnce(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, redirect: 'manual', signal });
  } catch (error) {
    throw new PassingHubError(`No connection to ${url.host}.`, { cause: error });
  }
}

function redirectTarget(location: string, from: URL): URL {
  const target = new URL(location, from);
  const isAllowed =
    target.protocol === 'https:' || (target.protocol === 'http:' && from.protocol === 'http:');
  if (!isAllowed)
    throw new Error(`${from.host} redirects to ${target.protocol}//${target.host}, which is not safe.`);
  return target;
}

async function checkStatus(response: Response, url: URL): Promise<void> {
  const { status } = response;
  // 416 is for the caller, who asked for a range.
  if (status === 200 || status === 206 || status === 416) return;
  await response.body?.cancel();
  if (status === 404) throw new HubFileNotFoundError(`${url.href} does not exist.`);
  if (status === 401 || status === 403) {
    throw new HubAccessError(
      `${url.host} refuses access to ${url.pathname} (status ${status}). The model is private, gated or does not exist: set HF_TOKEN to an access token of an account that may read it.`,
    );
  }
  if (status === 408 || status === 429 || status >= 500) {
    throw new PassingHubError(`${url.host} answers ${url.pathname} with status ${status}.`);
  }
  throw new Error(`${url.host} answers ${url.pathname} with the unexpected status ${status}.`);
}

function cleanEtag(etag: string | null): string | null {
  const cleaned = etag?.replace(/^W\//, '').replaceAll('"', '').trim() ?? '';
  return cleaned === '' ? null : cleaned;
}

/** Of a partial answer, the size of the whole. */
function wholeSize({ status, headers }: Response): number | null {
  if (status === 200) return parseSize(headers.get('content-length'));
  return parseSize(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? null);
}

function parseSize(text: string | null): number | null {
  const size = text !== null && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(size) ? size : null;
}
