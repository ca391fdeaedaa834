/** Snapshots over GraphQL: listed, counted, and each document of one. */
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import { listDocumentsById } from '../documents/document-access.js';
import { getLabels, listLabelNamesAt } from '../labels/get-label.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { groupBy } from '../shared/group-by.js';
import { isId } from '../shared/ids.js';
import {
  countItems,
  countSnapshotItems,
  countSnapshots,
  findSnapshot,
  type HoldoutVersion,
  type ItemCount,
  listHoldoutVersions,
  listSnapshotItems,
  listSnapshots,
} from './dataset.repository.js';
import {
  DatasetCountType,
  DatasetItemConnectionType,
  DatasetItemType,
  DatasetSnapshotConnectionType,
  DatasetSnapshotType,
  DatasetSplitEnum,
  HoldoutVersionType,
  type ItemOfSnapshot,
} from './dataset.types.js';
import type { DatasetSnapshot, DatasetSplit } from './training-run.js';

@Resolver(() => DatasetSnapshotType)
export class DatasetResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @Query(() => DatasetSnapshotConnectionType, { description: 'Newest first' })
  async datasetSnapshots(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const slice = await listSnapshots(database, readPaging(first, after ?? null, isId));
    const countTotal = () => countSnapshots(database);
    return toConnection(
      DatasetSnapshotConnectionType,
      { ...slice, countTotal },
      after ?? null,
      ({ id }) => id,
    );
  }

  @Query(() => DatasetSnapshotType, { nullable: true })
  async datasetSnapshot(@Arg('id', () => ID) id: string): Promise<DatasetSnapshot | null> {
    return isId(id) ? await findSnapshot(this.#connection.database, id) : null;
  }

  @Query(() => [HoldoutVersionType], { description: 'Oldest first' })
  async holdoutVersions(): Promise<HoldoutVersion[]> {
    return await listHoldoutVersions(this.#connection.database);
  }

  @FieldResolver(() => [DatasetCountType], { description: 'Documents by label and split' })
  async counts(@Root() { id }: DatasetSnapshot, @Ctx() context: GraphqlContext): Promise<DatasetCountType[]> {
    const counts = await context.load(this.#loadCounts, id);
    const byLabel = groupBy(counts, ({ labelId }) => labelId);
    const ofLabels = [...byLabel].map(async ([labelId, ofLabel]) => {
      const label = await context.load(this.#loadLabels, labelId);
      return ofLabel.map(({ split, count }) => ({ label, split, documents: count }));
    });
    return (await Promise.all(ofLabels)).flat();
  }

  @FieldResolver(() => DatasetItemConnectionType, { description: 'Its documents, oldest first' })
  async documents(
    @Root() snapshot: DatasetSnapshot,
    @Arg('split', () => DatasetSplitEnum, { nullable: true }) split: DatasetSplit | null,
    @Arg('labelId', () => ID, { nullable: true }) labelId: string | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const filter = { ...(split && { split }), ...(labelId && isId(labelId) && { labelId }) };
    const paging = readPaging(first, after ?? null, isId);
    const { rows, hasNextPage } = await listSnapshotItems(database, snapshot.id, { filter, ...paging });
    const items: ItemOfSnapshot[] = rows.map((item) => ({ ...item, snapshot }));
    const countTotal = () => countSnapshotItems(database, snapshot.id, filter);
    return toConnection(
      DatasetItemConnectionType,
      { rows: items, hasNextPage, countTotal },
      after ?? null,
      ({ documentId }) => documentId,
    );
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
  readonly #loadCounts = (ids: readonly string[]): Promise<ItemCount[][]> =>
    countItems(this.#connection.database, ids);
}

@Resolver(() => DatasetItemType)
export class DatasetItemResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => DocumentType)
  async document(@Root() item: ItemOfSnapshot, @Ctx() context: GraphqlContext): Promise<Document | null> {
    return await context.load(this.#loadDocuments, item.documentId);
  }

  @FieldResolver(() => LabelType, { description: 'The label that it had then, as it is now' })
  async label(@Root() item: ItemOfSnapshot, @Ctx() context: GraphqlContext): Promise<Label | null> {
    return await context.load(this.#loadLabels, item.labelId);
  }

  @FieldResolver(() => String, { description: 'What the label was called then' })
  async labelName(
    @Root() { snapshot, labelId }: ItemOfSnapshot,
    @Ctx() context: GraphqlContext,
  ): Promise<string> {
    return await context.load(this.#loadNames, `${labelId} ${snapshot.createdAt.toISOString()}`);
  }

  readonly #loadDocuments = async (ids: readonly string[]): Promise<(Document | null)[]> => {
    const documents = await listDocumentsById(this.#connection.database, ids);
    const byId = new Map(documents.map((document) => [document.id, document]));
    return ids.map((id) => byId.get(id) ?? null);
  };

  readonly #loadLabels = async (ids: readonly string[]): Promise<(Label | null)[]> => {
    const labels = await getLabels(this.#connection.database, ids);
    const byId = new Map(labels.map((label) => [label.id, label]));
    return ids.map((id) => byId.get(id) ?? null);
  };

  readonly #loadNames = async (keys: readonly string[]): Promise<string[]> => {
    const wanted = keys.map((key) => {
      const [labelId = '', time = ''] = key.split(' ');
      return { labelId, at: new Date(time) };
    });
    return await listLabelNamesAt(this.#connection.database, wanted);
  };
}
