/**
 * Keeps other web sites from using a visitor's browser against us. While there is no sign-in, whoever reaches the port
 * may do everything, and a browser on the same machine reaches it for any page that asks: so a request made by
 * another site is refused, and on loopback any Host that is not loopback too (DNS rebinding). Programs send neither
 * Origin nor Sec-Fetch-Site and are not touched.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

export type RequestGuard = { middleware: RequestHandler; accepts(info: { req: IncomingMessage }): boolean };

const loopbackNames = new Set(['localhost', '127.0.0.1', '::1']);

export function createRequestGuard(listenHost: string): RequestGuard {
  const isLoopback = loopbackNames.has(listenHost);
  const findFault = (request: IncomingMessage): string | null => {
    const { host, origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
    if (isLoopback && host !== undefined && !loopbackNames.has(hostnameOf(host))) {
      return `This server listens on loopback only and does not answer for the host ${host}`;
    }
    if (origin !== undefined && origin !== 'null' && URL.canParse(origin) && new URL(origin).host === host)
      return null;
    // Following a link to us is harmless: it reads a page into a new document that the other site cannot see.
    const isNavigation = mode === 'navigate' && request.method === 'GET';
    if (origin !== undefined || (site === 'cross-site' && !isNavigation)) {
      return `Requests made by another web site (${origin ?? site}) are refused`;
    }
    return null;
  };
  return {
    middleware(request, response, next) {
      const fault = findFault(request);
      if (fault === null) next();
      else response.status(403).json({ errors: [{ message: fault, extensions: { code: 'FORBIDDEN' } }] });
    },
    accepts: ({ req }) => findFault(req) === null,
  };
}

function hostnameOf(host: string): string {
  if (!URL.canParse(`http://${host}`)) return host;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
}
