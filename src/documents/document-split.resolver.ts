/** Splits and parts of documents over GraphQL. Splitting is in classification/split.resolver.ts, since it may label. */
import { Ctx, Field, FieldResolver, GraphQLISODateTime, ObjectType, Resolver, Root } from 'type-graphql';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import type { Document } from './document.js';
import { DocumentType } from './document.types.js';
import { listStandingParts } from './document-parts.js';
import type { DocumentSplit } from './document-split.js';
import { listOriginals, listPartsOfSplits, listSplits } from './document-split.repository.js';

@ObjectType('DocumentSplit', { description: 'Who took a document apart, and who took that back' })
class DocumentSplitType implements DocumentSplit {
  id!: string;
  documentId!: string;

  @Field(() => String)
  splitBy!: string;

  @Field(() => GraphQLISODateTime)
  splitAt!: Date;

  @Field(() => String, { nullable: true })
  undoneBy!: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Null while it stands' })
  undoneAt!: Date | null;
}

@Resolver(() => DocumentType)
export class DocumentPartsResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => [DocumentType], {
    description: 'The documents that stand for it since it was split, by their pages; else none',
  })
  parts(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Document[]> {
    return context.load(this.#loadParts, document.id);
  }

  @FieldResolver(() => DocumentType, { nullable: true, description: 'Of which it is a part' })
  splitFrom(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Document | null> {
    return context.load(this.#loadOriginals, document.id);
  }

  @FieldResolver(() => [DocumentSplitType], {
    description: 'How often it has been split, newest first, those that were taken back too',
  })
  splits(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<DocumentSplit[]> {
    return context.load(this.#loadSplits, document.id);
  }

  readonly #loadParts = (ids: readonly string[]) => listStandingParts(this.#connection.database, ids);
  readonly #loadOriginals = (ids: readonly string[]) => listOriginals(this.#connection.database, ids);
  readonly #loadSplits = (ids: readonly string[]) => listSplits(this.#connection.database, ids);
}

@Resolver(() => DocumentSplitType)
export class DocumentSplitResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => [DocumentType], { description: 'By their pages; WITHDRAWN where it was taken back' })
  parts(@Root() split: DocumentSplit, @Ctx() context: GraphqlContext): Promise<Document[]> {
    return context.load(this.#loadParts, split.id);
  }

  readonly #loadParts = (ids: readonly string[]) => listPartsOfSplits(this.#connection.database, ids);
}
