/** Announces a live event in a transaction: it is heard when, and only if, the transaction commits. */
import type { Database } from '../database/database.js';
import { eventChannel, type LiveEvent } from './event-bus.js';

export async function announceEvent(database: Database, { topic, id }: LiveEvent): Promise<void> {
  await database.$executeRaw`select pg_notify(${eventChannel}, ${`${topic} ${id}`})`;
}

/** Announces the same of many: one statement, however many they are. */
export async function announceEvents(
  database: Database,
  topic: string,
  ids: readonly string[],
): Promise<void> {
  await database.$executeRaw`
    select pg_notify(${eventChannel}, ${topic} || ' ' || id) from unnest(${[...ids]}::text[]) as id`;
}
