/** Reclassifications over GraphQL: asking for one, stopping it, its progress and what it changes. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { DocumentFilterInput, toDocumentFilter } from '../documents/document.inputs.js';
import { DocumentConnectionType } from '../documents/document.types.js';
import { listDocumentsById } from '../documents/document-access.js';
import { getLabels } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { getModelVersions } from '../models/get-model-version.js';
import type { ModelVersion } from '../models/model-version.js';
import { ModelVersionType } from '../models/model-version.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { isNumberKey, readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import { type LabelChangeCount, type Reclassification, secondsLeftOf } from './reclassification.js';
import {
  countLabelChanges,
  countReclassifications,
  findReclassification,
  listReclassifications,
  pageChangedDocuments,
} from './reclassification.repository.js';
import {
  type ChangeOfReclassification,
  ReclassificationChangeType,
  ReclassificationConnectionType,
  ReclassificationProgressType,
  ReclassificationType,
} from './reclassification.types.js';
import type { CancelReclassification, RequestReclassification } from './request-reclassification.js';

@Resolver(() => ReclassificationType)
export class ReclassificationResolver {
  readonly #connection: DatabaseConnection;
  readonly #requestReclassification: RequestReclassification;
  readonly #cancelReclassification: CancelReclassification;

  constructor(dependencies: {
    connection: DatabaseConnection;
    requestReclassification: RequestReclassification;
    cancelReclassification: CancelReclassification;
  }) {
    this.#connection = dependencies.connection;
    this.#requestReclassification = dependencies.requestReclassification;
    this.#cancelReclassification = dependencies.cancelReclassification;
  }

  @Query(() => ReclassificationType, { nullable: true })
  async reclassification(@Arg('id', () => ID) id: string): Promise<Reclassification | null> {
    return isId(id) ? await findReclassification(this.#connection.database, id) : null;
  }

  @Query(() => ReclassificationConnectionType, { description: 'Newest first' })
  async reclassifications(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const slice = await listReclassifications(database, readPaging(first, after ?? null, isNumberKey));
    const countTotal = () => countReclassifications(database);
    return toConnection(
      ReclassificationConnectionType,
      { ...slice, countTotal },
      after ?? null,
      ({ number }) => String(number),
    );
  }

  @Mutation(() => ReclassificationType, {
    description:
      'Lets a model label the READY documents of a filter anew; with dryRun it only tells what would change, and may be any model',
  })
  async reclassify(
    @Arg('filter', () => DocumentFilterInput, { nullable: true }) filter: DocumentFilterInput | null,
    @Arg('dryRun', () => Boolean) dryRun: boolean,
    @Arg('modelVersionId', () => ID, { nullable: true, description: 'Not given: the serving one' })
    modelVersionId: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Reclassification> {
    return await this.#requestReclassification({
      filter: toDocumentFilter(filter),
      isDryRun: dryRun,
      modelVersionId: modelVersionId ?? null,
      requestedBy: context.viewer.name,
    });
  }

  @Mutation(() => ReclassificationType, { description: 'Stops before the next document; what is done stays' })
  async cancelReclassification(@Arg('id', () => ID) id: string): Promise<Reclassification> {
    return await this.#cancelReclassification(id);
  }

  @FieldResolver(() => ModelVersionType)
  modelVersion(@Root() root: Reclassification, @Ctx() context: GraphqlContext): Promise<ModelVersion> {
    return context.load(this.#loadVersions, root.modelVersionId);
  }

  @FieldResolver(() => ReclassificationProgressType)
  progress(@Root() root: Reclassification): ReclassificationProgressType {
    const { done, total } = root;
    return { done, total, secondsLeft: secondsLeftOf(root, new Date()) };
  }

  @FieldResolver(() => [ReclassificationChangeType], {
    description: 'By pair of labels, the most frequent first; documents that keep their label are not in it',
  })
  async diff(@Root() { id }: Reclassification): Promise<ChangeOfReclassification[]> {
    const changes = await countLabelChanges(this.#connection.database, id);
    return changes.filter(isChange).map((change) => ({ ...change, reclassificationId: id }));
  }

  @FieldResolver(() => Int, { description: 'Documents that change, or would change, their label' })
  async changed(@Root() { id }: Reclassification): Promise<number> {
    return sumOf((await countLabelChanges(this.#connection.database, id)).filter(isChange));
  }

  @FieldResolver(() => Int, {
    description: 'Documents that keep the label they have, or that they have none',
  })
  async unchanged(@Root() { id }: Reclassification): Promise<number> {
    const changes = await countLabelChanges(this.#connection.database, id);
    return sumOf(changes.filter((change) => !isChange(change)));
  }

  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
}

@Resolver(() => ReclassificationChangeType)
export class ReclassificationChangeResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType, { nullable: true, description: 'Null: it had none' })
  async from(
    @Root() { fromLabelId }: ChangeOfReclassification,
    @Ctx() context: GraphqlContext,
  ): Promise<Label | null> {
    return fromLabelId === null ? null : await context.load(this.#loadLabels, fromLabelId);
  }

  @FieldResolver(() => LabelType, {
    nullable: true,
    description: 'Null: it has none, and waits for a person',
  })
  async to(
    @Root() { toLabelId }: ChangeOfReclassification,
    @Ctx() context: GraphqlContext,
  ): Promise<Label | null> {
    return toLabelId === null ? null : await context.load(this.#loadLabels, toLabelId);
  }

  @FieldResolver(() => DocumentConnectionType, { description: 'Oldest first' })
  async documents(
    @Root() change: ChangeOfReclassification,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const { reclassificationId, fromLabelId, toLabelId, count } = change;
    const pair = { reclassificationId, fromLabelId, toLabelId };
    const { ids, hasNextPage } = await pageChangedDocuments(
      database,
      pair,
      readPaging(first, after ?? null, isId),
    );
    const documents = await listDocumentsById(database, ids);
    const slice = { rows: documents, hasNextPage, countTotal: async () => count };
    return toConnection(DocumentConnectionType, slice, after ?? null, ({ id }) => id);
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}

function isChange({ fromLabelId, toLabelId }: LabelChangeCount): boolean {
  return fromLabelId !== toLabelId;
}

function sumOf(changes: readonly LabelChangeCount[]): number {
  return changes.reduce((sum, { count }) => sum + count, 0);
}
