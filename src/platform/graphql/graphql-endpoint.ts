/** The GraphQL endpoint on a given HTTP server: queries and mutations, multipart uploads, subscriptions over WebSocket. */
import type { IncomingMessage, Server } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type Express, type RequestHandler } from 'express';
import type { GraphQLSchema } from 'graphql';
import { graphqlUploadExpress } from 'graphql-upload-minimal';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Log } from '../log.js';
import { createContext, type GraphqlContext } from './context.js';
import { createFormatError } from './format-error.js';

export type GraphqlEndpoint = {
  endSubscriptions(): Promise<void>;
  /** After the last request has been answered. */
  stop(): Promise<void>;
};

const path = '/graphql';
// A query is text that people and programs write: a megabyte is a mistake or an attack.
const maxQueryBytes = 1024 * 1024;

export async function mountGraphql(options: {
  app: Express;
  server: Server;
  schema: GraphQLSchema;
  /** What the server listens on, for clients that name no host. */
  host: string;
  /** Whether a connection may be made, as for plain requests. */
  accepts: (info: { req: IncomingMessage }) => boolean;
  log: Log;
}): Promise<GraphqlEndpoint> {
  const { app, server, schema, host, accepts, log } = options;
  const formatError = createFormatError(log);
  const apollo = new ApolloServer<GraphqlContext>({
    schema,
    formatError,
    // The request guard refuses what comes from other sites, also for clients that send no special header.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    // The schema is no secret, and clients are made from it.
    introspection: true,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginLandingPageDisabled()],
  });
  await apollo.start();
  app.use(
    path,
    sendBrowsersToTheLandingPage,
    graphqlUploadExpress({ maxFieldSize: maxQueryBytes }),
    parseJsonUnlessUploaded,
    expressMiddleware(apollo, { context: async ({ req }) => contextOf(req, host) }),
  );
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxQueryBytes });
  server.on('upgrade', (request, socket, head) => {
    const isOurs = new URL(request.url ?? '', 'http://localhost').pathname === path;
    if (isOurs && accepts({ req: request })) {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
    } else socket.end(`HTTP/1.1 ${isOurs ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\n\r\n`);
  });
  const subscriptions = useServer(
    {
      schema,
      context: ({ extra }) => contextOf((extra as { request: IncomingMessage }).request, host),
      onError: (_context, _id, _payload, errors) => errors.map((error) => formatError(error.toJSON(), error)),
    },
    sockets,
  );
  return {
    async endSubscriptions() {
      await subscriptions.dispose();
      sockets.close();
    },
    stop: () => apollo.stop(),
  };
}

function contextOf(request: IncomingMessage, host: string): GraphqlContext {
  const baseUrl = `http://${request.headers.host ?? host}`;
  // There is no sign-in yet, and on loopback only the machine's own people are there.
  return createContext({ baseUrl, viewer: { name: 'local' } });
}

const sendBrowsersToTheLandingPage: RequestHandler = (request, response, next) => {
  const asksForPage =
    request.method === 'GET' && request.accepts(['json', 'html']) === 'html' && !request.query.query;
  if (asksForPage) response.redirect('/');
  else next();
};

const parseJson = express.json({ limit: maxQueryBytes });

const parseJsonUnlessUploaded: RequestHandler = (request, response, next) => {
  if (request.is('multipart/form-data')) next();
  // Apollo answers a request without a body with what it expects.
  else
    parseJson(request, response, (error?: unknown) => {
      request.body ??= {};
      next(error);
    });
};
