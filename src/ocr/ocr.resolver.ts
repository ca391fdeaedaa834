/** The words of a page over GraphQL. */
import { Ctx, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql';
import type { Page } from '../documents/document.js';
import { PageType } from '../documents/document.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import type { Word } from './word.js';
import { WordType } from './word.types.js';
import { listWordsOfPages } from './words-of-pages.js';

@Resolver(() => PageType)
export class OcrResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => [WordType], { description: 'In reading order; empty until the page has been read' })
  async words(@Root() page: Page, @Ctx() context: GraphqlContext): Promise<Word[]> {
    return (await context.load(this.#loadWords, page.id))?.words ?? [];
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'text-layer or tesseract; null until the page has been read',
  })
  async wordSource(@Root() page: Page, @Ctx() context: GraphqlContext): Promise<string | null> {
    return (await context.load(this.#loadWords, page.id))?.source ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Which OCR read the page; null until it has been read',
  })
  async ocrVersion(@Root() page: Page, @Ctx() context: GraphqlContext): Promise<string | null> {
    return (await context.load(this.#loadWords, page.id))?.ocrVersion ?? null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Degrees clockwise (0, 90, 180, 270) by which the page must be turned to be read; null until it has been read',
  })
  async uprightTurn(@Root() page: Page, @Ctx() context: GraphqlContext): Promise<number | null> {
    return (await context.load(this.#loadWords, page.id))?.uprightTurn ?? null;
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'How far its lines were askew; null where that was not measured',
  })
  async skewDegrees(@Root() page: Page, @Ctx() context: GraphqlContext): Promise<number | null> {
    return (await context.load(this.#loadWords, page.id))?.skewDegrees ?? null;
  }

  readonly #loadWords = (ids: readonly string[]) => listWordsOfPages(this.#connection.database, ids);
}
