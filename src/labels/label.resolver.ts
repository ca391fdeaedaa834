/** Labels over GraphQL. */
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import { countDocumentsOfLabels } from '../documents/document-access.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import type { CreateLabel } from './create-label.js';
import { getLabels } from './get-label.js';
import { CreateLabelInput } from './label.inputs.js';
import type { Label } from './label.js';
import { listLabels } from './label.repository.js';
import { LabelType } from './label.types.js';

@Resolver(() => LabelType)
export class LabelResolver {
  readonly #connection: DatabaseConnection;
  readonly #createLabel: CreateLabel;

  constructor(dependencies: { connection: DatabaseConnection; createLabel: CreateLabel }) {
    this.#connection = dependencies.connection;
    this.#createLabel = dependencies.createLabel;
  }

  @Query(() => [LabelType], { description: 'By name' })
  async labels(
    @Arg('includeRetired', () => Boolean, { defaultValue: false }) includeRetired: boolean,
  ): Promise<Label[]> {
    return await listLabels(this.#connection.database, { includeRetired });
  }

  @Mutation(() => LabelType)
  async createLabel(@Arg('input', () => CreateLabelInput) input: CreateLabelInput): Promise<Label> {
    return await this.#createLabel({ name: input.name, description: input.description ?? null });
  }

  @FieldResolver(() => Int, { description: 'Documents whose effective label it is' })
  documentCount(@Root() label: Label, @Ctx() context: GraphqlContext): Promise<number> {
    return context.load(this.#countDocuments, label.id);
  }

  readonly #countDocuments = (ids: readonly string[]) =>
    countDocumentsOfLabels(this.#connection.database, ids);
}

@Resolver(() => DocumentType)
export class DocumentLabelResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType, {
    nullable: true,
    description: 'The newest human decision, else the prediction if it is confident enough, else null',
  })
  async label(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Label | null> {
    return document.labelId === null ? null : await context.load(this.#loadLabels, document.labelId);
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}
