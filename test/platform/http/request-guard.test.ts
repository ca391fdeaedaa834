import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRequestGuard } from '../../../src/platform/http/request-guard.js';

describe('the request guard', () => {
  const servers: Server[] = [];
  const ports = new Map<string, number>();
  beforeAll(async () => {
    for (const listenHost of ['127.0.0.1', '0.0.0.0']) {
      const app = express();
      app.use(createRequestGuard(listenHost).middleware);
      app.use((_request, response) => void response.json('let in'));
      const server = createServer(app).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      servers.push(server);
      ports.set(listenHost, (server.address() as AddressInfo).port);
    }
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  /** The answer's status to a request with these headers; `fetch` would not let them be set. */
  function ask(
    headers: Record<string, string>,
    { listenHost = '127.0.0.1', method = 'POST' } = {},
  ): Promise<number | undefined> {
    const port = ports.get(listenHost);
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, method, headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      })
        .on('error', reject)
        .end();
    });
  }
  const here = (name = '127.0.0.1') => `${name}:${ports.get('127.0.0.1')}`;

  it('lets programs in, which name no origin', async () => {
    expect(await ask({})).toBe(200);
    expect(await ask({ host: 'localhost' })).toBe(200);
    expect(await ask({ host: '[::1]:4000' })).toBe(200);
  });

  it('lets our own pages in', async () => {
    for (const name of ['127.0.0.1', 'localhost']) {
      const headers = { host: here(name), origin: `http://${here(name)}`, 'sec-fetch-site': 'same-origin' };
      expect(await ask(headers)).toBe(200);
    }
    expect(await ask({ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, { method: 'GET' })).toBe(
      200,
    );
  });

  it.each(['http://evil.example', 'http://localhost:1', 'null', 'not a url', 'https://127.0.0.1'])(
    'refuses pages of %s',
    async (origin) => {
      expect(await ask({ host: here(), origin })).toBe(403);
      expect(await ask({ host: here(), origin }, { method: 'GET' })).toBe(403);
    },
  );

  it('refuses what another site embeds, and lets a link lead here', async () => {
    const embedded = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect(await ask(embedded, { method: 'GET' })).toBe(403);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await ask(link, { method: 'GET' })).toBe(200);
    // A form that is sent from elsewhere navigates too.
    expect(await ask(link, { method: 'POST' })).toBe(403);
  });

  it('answers on loopback for loopback names only, whatever a foreign name resolves to', async () => {
    for (const host of [
      'evil.example',
      'evil.example:4000',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '%%',
    ]) {
      expect(await ask({ host })).toBe(403);
      expect(await ask({ host, origin: `http://${host}` })).toBe(403);
    }
  });

  it('answers for any name where it listens to the network', async () => {
    expect(await ask({ host: 'papers.example' }, { listenHost: '0.0.0.0' })).toBe(200);
    const own = { host: 'papers.example', origin: 'https://papers.example' };
    expect(await ask(own, { listenHost: '0.0.0.0' })).toBe(200);
    expect(await ask({ ...own, origin: 'https://evil.example' }, { listenHost: '0.0.0.0' })).toBe(403);
  });
});
