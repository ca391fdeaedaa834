/** A process that starts the PostgreSQL of the folder it is told, says over IPC how that went, and stops it when told anything. */
import { startEmbeddedServer } from '../../src/platform/database/embedded-server.js';
import { AppError } from '../../src/shared/errors.js';

try {
  const server = await startEmbeddedServer(process.argv[2] ?? '');
  process.once('message', async () => {
    await server.stop();
    process.disconnect();
  });
  process.send?.({ url: server.url });
} catch (error) {
  process.send?.({ code: error instanceof AppError ? error.code : String(error) }, () =>
    process.disconnect(),
  );
}
