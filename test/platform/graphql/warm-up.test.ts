import { GraphQLInt, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { warmUp } from '../../../src/platform/graphql/warm-up.js';

describe('warming up', () => {
  it('asks every question, and tells of one that cannot be answered', async () => {
    let asked = 0;
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({
        name: 'Query',
        fields: {
          count: {
            type: GraphQLInt,
            resolve: () => {
              asked += 1;
              return asked;
            },
          },
        },
      }),
    });
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    await warmUp(schema, ['{ count }', '{ colour }', '{ count }'], log);
    expect(asked).toBe(6);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('colour');
  });
});
