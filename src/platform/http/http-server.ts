/**
 * The HTTP side: express with what every answer needs, the routes it is given and the GraphQL endpoint. Nothing here
 * knows what a document is.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { GraphQLSchema } from 'graphql';
import { AppError, createAppError, messageOf } from '../../shared/errors.js';
import { mountGraphql } from '../graphql/graphql-endpoint.js';
import type { Log } from '../log.js';
import { createRequestGuard } from './request-guard.js';

export type HttpServer = {
  /** Such as `http://127.0.0.1:4000`. */
  url: string;
  /** Takes no new request, ends the subscriptions, waits for what is being answered. */
  stop(): Promise<void>;
};

// After this, what is still being sent is cut: a slow download must not keep the product from stopping.
const drainTimeoutMs = 3_000;

/** @throws AppError PORT_TAKEN or ADDRESS_UNUSABLE, saying which setting to change. */
export async function startHttpServer(options: {
  host: string;
  port: number;
  schema: GraphQLSchema;
  routes: readonly Router[];
  log: Log;
}): Promise<HttpServer> {
  const { host, port, schema, routes, log } = options;
  const app = express();
  const server = createServer(app);
  app.disable('x-powered-by');
  const guard = createRequestGuard(host);
  app.use(guard.middleware);
  for (const router of routes) app.use(router);
  const graphql = await mountGraphql({ app, server, schema, host, accepts: guard.accepts, log });
  app.use(answerNotFound);
  app.use(createErrorAnswer(log));
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async stop() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      await graphql.endSubscriptions();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
      await closed;
      clearTimeout(cut);
      await graphql.stop();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        fail(
          createAppError({
            code: 'PORT_TAKEN',
            message: `Port ${port} of ${host} is taken by another program. Stop that program, or choose another port with PORT`,
          }),
        );
        return;
      }
      fail(
        createAppError({
          code: 'ADDRESS_UNUSABLE',
          message: `Cannot listen on ${host}:${port}: ${error.message}. Check HOST and PORT`,
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => done());
  });
}

const answerNotFound: RequestHandler = (request, response) => {
  answerError(response, 404, 'NOT_FOUND', `There is nothing at ${request.path}`);
};

function createErrorAnswer(log: Log): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof AppError && error.isPublic) {
      const status = error.code.endsWith('NOT_FOUND') ? 404 : 400;
      return answerError(response, status, error.code, error.message);
    }
    const status: number = typeof error?.status === 'number' ? error.status : 500;
    if (status < 500) return answerError(response, status, 'BAD_REQUEST', messageOf(error));
    log.error({ err: error, path: request.path }, 'a request failed');
    answerError(
      response,
      500,
      'INTERNAL_SERVER_ERROR',
      'Something went wrong on our side; the log has the details',
    );
  };
}

/** Errors outside GraphQL have its form too, so that a client needs to read only one. */
function answerError(response: express.Response, status: number, code: string, message: string): void {
  response.status(status).json({ errors: [{ message, extensions: { code } }] });
}
