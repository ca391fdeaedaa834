import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { checkDatabaseReachable } from '../../src/platform/database/database.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('a transaction', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  it('keeps everything that was done in it, or nothing', async () => {
    const { connection } = database;
    const insert = (name: string, fail: boolean) =>
      connection.transaction(async (tx) => {
        await tx.label.create({ data: { id: createId(), name } });
        if (fail) throw new Error('no');
      });
    await expect(insert('lost', true)).rejects.toThrow('no');
    await insert('kept', false);
    expect(await connection.database.label.findMany({ select: { name: true } })).toEqual([{ name: 'kept' }]);
  });

  it('waits for a connection when all are in use', async () => {
    const { connection } = database;
    const counts = await Promise.all(
      Array.from({ length: 20 }, () => connection.transaction((tx) => tx.label.count())),
    );
    expect(counts).toEqual(counts.map(() => 1));
  });
});

describe('an external database', () => {
  it('is reached', async () => {
    await expect(checkDatabaseReachable(inject('adminUrl'))).resolves.toBeUndefined();
  });

  it('that is not reached is named with host and fault, without the password', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const check = checkDatabaseReachable(`postgresql://me:secret@127.0.0.1:${port}/papers`);
    await expect(check).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      isPublic: true,
      message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}/papers.*ECONNREFUSED`)),
    });
    await expect(check).rejects.not.toThrow(/secret/);
  });

  it('that does not know the password, or the name, is named with what it said', async () => {
    const wrongPassword = new URL(inject('adminUrl'));
    wrongPassword.password = 'wrong';
    await expect(checkDatabaseReachable(wrongPassword.href)).rejects.toThrow(
      /password authentication failed/,
    );
    const wrongName = new URL(inject('adminUrl'));
    wrongName.pathname = '/papers';
    await expect(checkDatabaseReachable(wrongName.href)).rejects.toThrow(/database "papers" does not exist/);
  });
});
