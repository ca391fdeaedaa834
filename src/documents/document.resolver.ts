/** Documents and pages over GraphQL. Uploading is in classification/intake.resolver.ts, since it may label. */
import {
  Arg,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import { createDocumentNotFoundError } from './document.errors.js';
import {
  DocumentFilterInput,
  type DocumentOrder,
  DocumentOrderEnum,
  toDocumentFilter,
} from './document.inputs.js';
import type { Document, Page } from './document.js';
import {
  countDocuments,
  findDocument,
  listDocuments,
  listPagesOfDocuments,
  listTexts,
} from './document.repository.js';
import { DocumentConnectionType, DocumentType, PageType } from './document.types.js';
import type { RetryDocument } from './retry-document.js';

@Resolver(() => DocumentType)
export class DocumentResolver {
  readonly #connection: DatabaseConnection;
  readonly #retryDocument: RetryDocument;

  constructor(dependencies: { connection: DatabaseConnection; retryDocument: RetryDocument }) {
    this.#connection = dependencies.connection;
    this.#retryDocument = dependencies.retryDocument;
  }

  @Query(() => DocumentType, { nullable: true })
  async document(@Arg('id', () => ID) id: string): Promise<Document | null> {
    return isId(id) ? await findDocument(this.#connection.database, id) : null;
  }

  @Query(() => DocumentConnectionType)
  async documents(
    @Arg('filter', () => DocumentFilterInput, { nullable: true }) filterInput: DocumentFilterInput | null,
    @Arg('orderBy', () => DocumentOrderEnum, { nullable: true, defaultValue: 'NEWEST_FIRST' })
    order: DocumentOrder | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const filter = toDocumentFilter(filterInput);
    const paging = readPaging(first, after ?? null, isId);
    const slice = await listDocuments(database, { filter, order: order ?? 'NEWEST_FIRST', ...paging });
    const countTotal = () => countDocuments(database, filter);
    return toConnection(DocumentConnectionType, { ...slice, countTotal }, after ?? null, ({ id }) => id);
  }

  @Mutation(() => DocumentType, {
    description: 'Tries a document that failed again, from the stage that failed',
  })
  async retryDocument(@Arg('id', () => ID) id: string): Promise<Document> {
    if (!isId(id)) throw createDocumentNotFoundError(id);
    return await this.#retryDocument(id);
  }

  @Subscription(() => DocumentType, {
    topics: 'documentUpdated',
    filter: ({ payload, args }) => !args.id || args.id === payload.id,
    description: 'Each change of a document, or of one: its status, its predictions, its label',
  })
  async documentUpdated(
    @Root() { id }: { id: string },
    @Arg('id', () => ID, { nullable: true }) _id: string | null,
  ): Promise<Document> {
    const document = await findDocument(this.#connection.database, id);
    if (document === null) throw createDocumentNotFoundError(id);
    return document;
  }

  @FieldResolver(() => [PageType])
  pages(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Page[]> {
    return context.load(this.#loadPages, document.id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The words of all pages read so far, line by line',
  })
  text(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<string | null> {
    return context.load(this.#loadTexts, document.id);
  }

  @FieldResolver(() => String, { description: 'The original bytes' })
  downloadUrl(@Root() document: Document, @Ctx() context: GraphqlContext): string {
    return `${context.baseUrl}/files/documents/${document.id}`;
  }

  readonly #loadPages = (ids: readonly string[]) => listPagesOfDocuments(this.#connection.database, ids);
  readonly #loadTexts = (ids: readonly string[]) => listTexts(this.#connection.database, ids);
}

@Resolver(() => PageType)
export class PageResolver {
  @FieldResolver(() => String)
  imageUrl(@Root() page: Page, @Ctx() context: GraphqlContext): string {
    return `${context.baseUrl}/files/pages/${page.id}/image`;
  }

  @FieldResolver(() => String)
  thumbnailUrl(@Root() page: Page, @Ctx() context: GraphqlContext): string {
    return `${context.baseUrl}/files/pages/${page.id}/thumbnail`;
  }
}
