/**
 * Asks what people will ask first, before they do: the first question of a kind is several times as slow as the next ones, as the
 * database's client is being compiled, connections are made and statements planned.
 */
import { type GraphQLSchema, graphql } from 'graphql';
import { messageOf } from '../../shared/errors.js';
import type { Log } from '../log.js';
import { createContext } from './context.js';

// The first answer compiles queries, the next ones are what V8 learns from: after these, it takes a quarter of the processor time.
const rounds = 3;

/** Asks each question some times and throws the answers away. What cannot be answered is logged and keeps nobody from starting. */
export async function warmUp(schema: GraphQLSchema, questions: readonly string[], log: Log): Promise<void> {
  for (const source of questions) {
    for (let round = 0; round < rounds; round += 1) {
      const contextValue = createContext({ baseUrl: '', viewer: { name: 'start' } });
      const { errors } = await graphql({ schema, source, contextValue });
      if (errors === undefined) continue;
      log.warn({ source, errors: errors.map(messageOf) }, 'a question could not be asked ahead');
      break;
    }
  }
}
