/**
 * Live events between processes, by PostgreSQL's LISTEN and NOTIFY: sent when the transaction that announces them
 * commits. They carry ids, never data: whoever hears one reads the row. A listener that was away tells its
 * subscribers nothing of what it missed; rows are the truth, events only say that there is something to look at.
 */
import pg from 'pg';
import type { Log } from '../log.js';

/** Something changed: what kind of thing, and which. */
export type LiveEvent = { topic: string; id: string };

export const eventChannel = 'classeur_events';

export type EventListener = { close(): Promise<void> };

const reconnectDelayMs = 1_000;

/** Hears every event of the database until closed; reconnects when the connection breaks. */
export async function listenToEvents(
  databaseUrl: string,
  onEvent: (event: LiveEvent) => void,
  log: Log,
): Promise<EventListener> {
  let isClosed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const connect = async () => {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    client = next;
    next.on('error', (error) => log.warn({ error: error.message }, 'the connection for live events broke'));
    next.on('end', () => {
      if (!isClosed) scheduleReconnect();
    });
    next.on('notification', ({ payload }) => {
      const separator = payload?.indexOf(' ') ?? -1;
      if (payload && separator > 0)
        onEvent({ topic: payload.slice(0, separator), id: payload.slice(separator + 1) });
    });
    await next.connect();
    await next.query(`listen ${eventChannel}`);
  };
  const scheduleReconnect = () => {
    clearTimeout(retry);
    retry = setTimeout(() => {
      connect().catch((error: Error) => {
        log.warn({ error: error.message }, 'live events cannot be heard yet; trying again');
        if (!isClosed) scheduleReconnect();
      });
    }, reconnectDelayMs);
  };

  await connect();
  return {
    async close() {
      isClosed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
