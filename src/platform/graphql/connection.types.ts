/** Relay connections: one page of a list, with a cursor an edge. Lists are ordered by something unique, so a page never skips. */
import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { createAppError } from '../../shared/errors.js';

@ObjectType('PageInfo')
export class PageInfoType {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => Boolean)
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

/** One page of rows as a repository answers it: up to `first`, whether more follow, and how many there are on request. */
export type Slice<Row> = { rows: readonly Row[]; hasNextPage: boolean; countTotal: () => Promise<number> };

export type Connection<Row> = {
  edges: { node: Row; cursor: string }[];
  pageInfo: PageInfoType;
  countTotal: () => Promise<number>;
};

/** Declares `<name>Connection` and `<name>Edge` for a node type. */
export function connectionTypeOf<Node extends object>(name: string, nodeType: ClassType<Node>) {
  @ObjectType(`${name}Edge`)
  class EdgeType {
    @Field(() => nodeType)
    node!: Node;

    @Field(() => String)
    cursor!: string;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType {
    @Field(() => [EdgeType])
    edges!: EdgeType[];

    @Field(() => PageInfoType)
    pageInfo!: PageInfoType;

    countTotal!: () => Promise<number>;

    @Field(() => Int, { description: 'Counted only when asked for' })
    totalCount(): Promise<number> {
      return this.countTotal();
    }
  }

  return ConnectionType;
}

/** Makes the connection of a slice; `keyOf` gives the position that the cursor of a row stands for. */
export function toConnection<Row>(
  type: ClassType<Connection<Row>>,
  slice: Slice<Row>,
  after: string | null,
  keyOf: (row: Row) => string,
): Connection<Row> {
  const edges = slice.rows.map((node) => ({ node, cursor: encodeCursor(keyOf(node)) }));
  const pageInfo = {
    hasNextPage: slice.hasNextPage,
    hasPreviousPage: after !== null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return Object.assign(new type(), { edges, pageInfo, countTotal: slice.countTotal });
}

// A page of a list is read by people or loops: more at once only makes the answer slow.
const maxFirst = 500;

/**
 * Reads the arguments of a connection; `isKey` knows the keys that the cursors of this list stand for.
 * @throws AppError BAD_USER_INPUT naming the limit, or a cursor that none of ours is.
 */
export function readPaging(
  first: number,
  after: string | null,
  isKey: (key: string) => boolean,
): { first: number; after: string | null } {
  if (first < 1 || first > maxFirst) {
    throw createAppError({
      code: 'BAD_USER_INPUT',
      message: `first must be from 1 to ${maxFirst}, not ${first}`,
    });
  }
  return { first, after: after === null ? null : decodeCursor(after, isKey) };
}

/** Whether a key is a number as rows are numbered: from 1, as an integer of PostgreSQL. */
export function isNumberKey(key: string): boolean {
  return /^[1-9]\d{0,8}$/.test(key);
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(cursor: string, isKey: (key: string) => boolean): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (encodeCursor(key) !== cursor || !isKey(key)) {
    throw createAppError({
      code: 'BAD_USER_INPUT',
      message: `after must be a cursor from an earlier answer, not ${JSON.stringify(cursor)}`,
    });
  }
  return key;
}
