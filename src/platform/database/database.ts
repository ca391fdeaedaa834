/**
 * The database as repositories see it: a Prisma client over node-postgres, and transactions. Use cases pass a
 * {@link Transaction} along without knowing what it is made of.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import { createAppError, messageOf } from '../../shared/errors.js';
import type { Prisma } from './generated/client.js';
import { PrismaClient } from './generated/client.js';

/** Where a repository reads and writes: the database itself or a transaction on it. */
export type Database = PrismaClient | Prisma.TransactionClient;
/** Everything done with it is kept together or not at all. */
export type Transaction = Prisma.TransactionClient;

export type DatabaseConnection = {
  database: PrismaClient;
  /** Runs `work` in a transaction: committed when it returns, rolled back when it throws. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

// Waiting jobs hold no transaction: ten seconds of waiting for a connection means that something is stuck.
const maxWaitMs = 10_000;
// Long enough for the largest snapshot or page list written in one go, short enough to show a hang.
const transactionTimeoutMs = 120_000;

/** Connects lazily: the first query opens the first connection. */
export function connectDatabase(
  databaseUrl: string,
  options: { maxConnections: number },
): DatabaseConnection {
  const adapter = new PrismaPg({ connectionString: databaseUrl, max: options.maxConnections });
  const database = new PrismaClient({ adapter });
  return {
    database,
    transaction: (work) => database.$transaction(work, { maxWait: maxWaitMs, timeout: transactionTimeoutMs }),
    close: () => database.$disconnect(),
  };
}

/** @throws AppError DATABASE_UNREACHABLE naming host and fault, never the password. */
export async function checkDatabaseReachable(databaseUrl: string): Promise<void> {
  const { default: pg } = await import('pg');
  // A server that does not answer the handshake in this time will not serve uploads either.
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    throw createAppError({
      code: 'DATABASE_UNREACHABLE',
      message: `The database at ${describeDatabaseUrl(databaseUrl)} cannot be reached: ${describeFault(error)}. Check DATABASE_URL, or leave it empty for the embedded PostgreSQL`,
      cause: error,
    });
  } finally {
    await client.end();
  }
}

function describeDatabaseUrl(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return '(an address that is no URL)';
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

function describeFault(error: unknown): string {
  // Happy-eyeballs failures come as an AggregateError with an empty message.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}
