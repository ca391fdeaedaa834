/** Builds the GraphQL schema from the resolvers that the composition root has made. */
import { createPubSub } from '@graphql-yoga/subscription';
import type { GraphQLSchema } from 'graphql';
import { buildSchema, type ClassType, type NonEmptyArray } from 'type-graphql';

/** A live event on its way to subscribers: the topic is the name of the subscription field. */
export type LiveFeed = ReturnType<typeof createLiveFeed>;

export function createLiveFeed() {
  return createPubSub<Record<string, [{ id: string }]>>();
}

/** @throws when the decorated types do not form a valid schema. */
export async function buildGraphqlSchema(
  resolvers: readonly object[],
  feed: LiveFeed,
): Promise<GraphQLSchema> {
  const instances = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const classes = [...instances.keys()] as unknown as NonEmptyArray<ClassType>;
  return await buildSchema({
    resolvers: classes,
    container: { get: (resolverClass) => instances.get(resolverClass) },
    pubSub: feed,
    // Inputs are checked by the use cases, whose errors say what to do.
    validate: false,
  });
}
