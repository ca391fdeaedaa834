/** What load balancers and supervisors ask: is the process alive, and can it answer people? */
import express, { type Router } from 'express';
import { messageOf } from '../../shared/errors.js';

export function createHealthRoutes(options: {
  /** Rejects when the process cannot answer people, saying why. */
  check: () => Promise<void>;
  /** Further facts, shown but not decisive: uploads are kept while a worker starts. */
  describe: () => Record<string, string>;
}): Router {
  const router = express.Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    try {
      await options.check();
      response.json({ status: 'ready', ...options.describe() });
    } catch (error) {
      response.status(503).json({ status: 'not ready', reason: messageOf(error), ...options.describe() });
    }
  });
  return router;
}
