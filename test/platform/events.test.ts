import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announceEvent } from '../../src/platform/events/event.repository.js';
import { type EventListener, type LiveEvent, listenToEvents } from '../../src/platform/events/event-bus.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentLog } from '../support/log.js';
import { waitFor } from '../support/wait-for.js';

describe('a live event', () => {
  let database: TestDatabase;
  let listener: EventListener;
  const heard: LiveEvent[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    listener = await listenToEvents(database.url, (event) => heard.push(event), silentLog);
  });
  afterAll(async () => {
    await listener.close();
    await database.close();
  });

  const announce = (id: string) =>
    database.connection.transaction((tx) => announceEvent(tx, { topic: 'documentUpdated', id }));

  it('is heard when its transaction commits, and not if that is rolled back', async () => {
    const failing = database.connection.transaction(async (tx) => {
      await announceEvent(tx, { topic: 'documentUpdated', id: 'never' });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await database.connection.transaction(async (tx) => {
      await announceEvent(tx, { topic: 'documentUpdated', id: 'an id with spaces' });
      // A round trip later nothing has been heard yet.
      await tx.$queryRaw`select 1`;
      expect(heard).toEqual([]);
    });
    await waitFor('the event', async () => heard.length > 0);
    expect(heard).toEqual([{ topic: 'documentUpdated', id: 'an id with spaces' }]);
  });

  it('is heard again after the connection broke', async () => {
    heard.length = 0;
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query like 'listen%'`,
    );
    await waitFor('an event to be heard', async () => {
      await announce('again');
      return heard.length > 0;
    });
    expect(heard[0]).toEqual({ topic: 'documentUpdated', id: 'again' });
  });

  it('that is no pair of topic and id is ignored', async () => {
    heard.length = 0;
    await database.query(`select pg_notify('classeur_events', ''), pg_notify('classeur_events', 'word')`);
    await announce('fine');
    await waitFor('the event', async () => heard.some(({ id }) => id === 'fine'));
    expect(heard.every(({ topic }) => topic === 'documentUpdated')).toBe(true);
  });

  it('is heard by nobody who has stopped listening', async () => {
    const gone: LiveEvent[] = [];
    const other = await listenToEvents(database.url, (event) => gone.push(event), silentLog);
    await other.close();
    heard.length = 0;
    await announce('late');
    await waitFor('the event', async () => heard.length > 0);
    expect(gone).toEqual([]);
  });
});
