/** Taking documents apart over GraphQL: a proposal, a confirmation, and the way back. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Document } from '../../documents/document.js';
import { DocumentType } from '../../documents/document.types.js';
import { getLabels } from '../../labels/get-label.js';
import type { Label } from '../../labels/label.js';
import { LabelType } from '../../labels/label.types.js';
import { getModelVersions } from '../../models/get-model-version.js';
import type { ModelVersion } from '../../models/model-version.js';
import { ModelVersionType } from '../../models/model-version.types.js';
import type { DatabaseConnection } from '../../platform/database/database.js';
import type { GraphqlContext } from '../../platform/graphql/context.js';
import type { ProposeSplit, SplitProposal } from './propose-split.js';
import { PartInput } from './split.inputs.js';
import { SplitProposalType, SplitSegmentType } from './split.types.js';
import type { SplitDocument, UnsplitDocument } from './split-document.js';

type Dependencies = {
  connection: DatabaseConnection;
  proposeSplit: ProposeSplit;
  splitDocument: SplitDocument;
  unsplitDocument: UnsplitDocument;
};

@Resolver(() => SplitProposalType)
export class SplitResolver {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  @Query(() => SplitProposalType, {
    description:
      'Whether the pages of a document are several documents: by what the serving model says of each page, and by page numbers, paper, blank pages, heads and titles. Nothing is changed',
  })
  async proposeSplit(@Arg('documentId', () => ID) documentId: string): Promise<SplitProposal> {
    return await this.#dependencies.proposeSplit(documentId);
  }

  @Mutation(() => DocumentType, {
    description:
      'Takes a document apart: each page belongs to just one part. The parts are documents of their own, whose pages are not read again; the original steps back behind them (SPLIT). A label given here is a decision',
  })
  async splitDocument(
    @Arg('id', () => ID) id: string,
    @Arg('parts', () => [PartInput]) parts: PartInput[],
    @Ctx() context: GraphqlContext,
  ): Promise<Document> {
    return await this.#dependencies.splitDocument({
      documentId: id,
      parts: parts.map(({ labelId, filename, ...range }) => ({
        ...range,
        labelId: labelId ?? null,
        filename: filename ?? null,
      })),
      splitBy: context.viewer.name,
    });
  }

  @Mutation(() => DocumentType, {
    description:
      'Takes a split back: the original stands again, its parts are WITHDRAWN. Refused while a part has been split itself or decided since',
  })
  async unsplitDocument(@Arg('id', () => ID) id: string, @Ctx() context: GraphqlContext): Promise<Document> {
    return await this.#dependencies.unsplitDocument({ documentId: id, undoneBy: context.viewer.name });
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'Whose scores were at hand; null: the print of the pages alone speaks',
  })
  async modelVersion(
    @Root() { modelVersionId }: SplitProposal,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion | null> {
    return modelVersionId === null ? null : await context.load(this.#loadVersions, modelVersionId);
  }

  readonly #loadVersions = (ids: readonly string[]) =>
    getModelVersions(this.#dependencies.connection.database, ids);
}

@Resolver(() => SplitSegmentType)
export class SplitSegmentResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType, { nullable: true, description: 'Null where no model has scored the pages' })
  async label(@Root() { labelId }: SplitSegmentType, @Ctx() context: GraphqlContext): Promise<Label | null> {
    return labelId === null ? null : await context.load(this.#loadLabels, labelId);
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}
