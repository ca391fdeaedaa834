/** Serves the folder of the browser's pages. */
import express, { type Router } from 'express';

export function createWebRoutes({ folder }: { folder: string }): Router {
  const router = express.Router();
  router.use(
    express.static(folder, {
      setHeaders(response) {
        response.setHeader(
          'Content-Security-Policy',
          "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'",
        );
        response.setHeader('X-Content-Type-Options', 'nosniff');
      },
    }),
  );
  return router;
}
