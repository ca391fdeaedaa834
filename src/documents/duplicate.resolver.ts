/** Near-duplicates over GraphQL. */
import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { groupBy } from '../shared/group-by.js';
import type { Document } from './document.js';
import { findDocuments } from './document.repository.js';
import { DocumentType } from './document.types.js';
import { listGroups, listNewestAlike } from './duplicate.repository.js';

// A person looks at a few; a group of thousands is told by its id.
const mostShown = 50;

@Resolver(() => DocumentType)
export class DuplicateResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description:
      'The same for documents that are nearly the same, by their words or, without words, their looks; null until it has been read and compared',
  })
  duplicateGroupId(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<string | null> {
    return context.load(this.#loadGroups, document.id);
  }

  @FieldResolver(() => [DocumentType], {
    description: `The other documents of its group, newest first, at most ${mostShown}`,
  })
  nearDuplicates(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Document[]> {
    return context.load(this.#loadOthers, document.id);
  }

  readonly #loadGroups = async (ids: readonly string[]) => {
    const groups = await listGroups(this.#connection.database, ids);
    return ids.map((id) => groups.get(id)?.alikeId ?? null);
  };

  readonly #loadOthers = async (ids: readonly string[]) => {
    const { database } = this.#connection;
    const groups = await listGroups(database, ids);
    const alikeIds = [...new Set([...groups.values()].map(({ alikeId }) => alikeId))];
    const members = await listNewestAlike(database, alikeIds, mostShown + 1);
    const byGroup = groupBy(members, ({ alikeId }) => alikeId);
    const shown = ids.map((id) =>
      (byGroup.get(groups.get(id)?.alikeId ?? '') ?? [])
        .map(({ documentId }) => documentId)
        .filter((other) => other !== id)
        .slice(0, mostShown),
    );
    const wanted = [...new Set(shown.flat())];
    const documents = await findDocuments(database, wanted);
    const byId = new Map(
      documents.flatMap((document) => (document ? [[document.id, document] as const] : [])),
    );
    return shown.map((others) => others.flatMap((id) => byId.get(id) ?? []));
  };
}
