import { Field, ObjectType } from 'type-graphql';
import { describe, expect, it } from 'vitest';
import 'reflect-metadata';
import {
  connectionTypeOf,
  readPaging,
  toConnection,
} from '../../../src/platform/graphql/connection.types.js';

@ObjectType('Fruit')
class FruitType {
  @Field(() => String)
  name!: string;
}

describe('a connection', () => {
  const isFruit = (key: string) => /^\p{L}/u.test(key);
  const FruitConnectionType = connectionTypeOf('Fruit', FruitType);
  const connect = (names: string[], { hasNextPage = false, after = null as string | null } = {}) =>
    toConnection(
      FruitConnectionType,
      { rows: names.map((name) => ({ name })), hasNextPage, countTotal: async () => 7 },
      after,
      ({ name }) => name,
    );

  it('gives every row a cursor from which reading goes on', () => {
    const { edges, pageInfo } = connect(['apple', 'Birne ä'], { hasNextPage: true });
    expect(edges.map(({ node }) => node.name)).toEqual(['apple', 'Birne ä']);
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor,
      endCursor: edges[1]?.cursor,
    });
    expect(readPaging(2, pageInfo.endCursor, isFruit)).toEqual({ first: 2, after: 'Birne ä' });
    expect(connect(['cherry'], { after: 'apple' }).pageInfo.hasPreviousPage).toBe(true);
  });

  it('may be empty', () => {
    expect(connect([])).toMatchObject({ edges: [], pageInfo: { startCursor: null, endCursor: null } });
  });

  it('counts only when it is asked', async () => {
    const counted = connect([]) as unknown as { totalCount(): Promise<number> };
    expect(await counted.totalCount()).toBe(7);
  });

  it.each([0, -1, 501])('has no page of %i rows', (first) => {
    expect(() => readPaging(first, null, isFruit)).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        message: `first must be from 1 to 500, not ${first}`,
      }),
    );
  });

  it.each(['', 'ä', 'a b', 'YXBwbGU=', '\0', Buffer.from('7 up').toString('base64url')])(
    'refuses %j, which is no cursor',
    (after) => {
      expect(() => readPaging(1, after, isFruit)).toThrow(
        expect.objectContaining({
          code: 'BAD_USER_INPUT',
          message: expect.stringContaining(JSON.stringify(after)),
        }),
      );
    },
  );
});
