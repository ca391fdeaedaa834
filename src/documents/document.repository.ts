/** Documents and pages in PostgreSQL. */
import type { Database, Transaction } from '../platform/database/database.js';
import { Prisma } from '../platform/database/generated/client.js';
import { groupBy } from '../shared/group-by.js';
import {
  type Document,
  type DocumentStatus,
  type Failure,
  hiddenStatuses,
  type LabelSource,
  type Page,
  type Stage,
} from './document.js';

type DocumentRow = Prisma.DocumentGetPayload<object>;

function toDocument(row: DocumentRow): Document {
  const { failureCode, failureMessage, failureStage, failureRetryable, updatedAt, ...rest } = row;
  const { reviewByEntropy, reviewByMargin, reviewDraw, splitId, isLabelledBySplit, ...document } = rest;
  const failure =
    failureCode === null
      ? null
      : {
          code: failureCode,
          message: failureMessage ?? '',
          stage: failureStage as Stage,
          retryable: failureRetryable ?? false,
        };
  return { ...document, failure };
}

export type NewDocument = Pick<Document, 'id' | 'filename' | 'mediaType' | 'byteSize' | 'sha256'>;

/** Inserts a document, unless its bytes are here already; then it answers null. */
export async function insertDocument(tx: Transaction, document: NewDocument): Promise<Document | null> {
  const { count } = await tx.document.createMany({ data: [document], skipDuplicates: true });
  return count === 0 ? null : await findDocument(tx, document.id);
}

export async function findDocument(database: Database, id: string): Promise<Document | null> {
  const row = await database.document.findUnique({ where: { id } });
  return row && toDocument(row);
}

/** The document that was uploaded with these bytes. */
export async function findDocumentByHash(database: Database, sha256: string): Promise<Document | null> {
  const row = await database.document.findFirst({ where: { sha256, splitId: null } });
  return row && toDocument(row);
}

/** Documents in the order of the ids, null where there is none. */
export async function findDocuments(
  database: Database,
  ids: readonly string[],
): Promise<(Document | null)[]> {
  const rows = await database.document.findMany({ where: { id: { in: [...ids] } } });
  const byId = new Map(rows.map((row) => [row.id, toDocument(row)]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Holds the row until the transaction ends, so that its stages change one after the other. */
export async function lockDocument(tx: Transaction, id: string): Promise<Document | null> {
  await tx.$queryRaw`select id from documents where id = ${id}::uuid for update`;
  return await findDocument(tx, id);
}

export async function updateStatus(
  tx: Transaction,
  id: string,
  change: { status: DocumentStatus; failure: Failure | null; pageCount?: number },
): Promise<void> {
  const { failure, ...rest } = change;
  await tx.document.update({
    where: { id },
    data: {
      ...rest,
      failureCode: failure?.code ?? null,
      failureMessage: failure?.message ?? null,
      failureStage: failure?.stage ?? null,
      failureRetryable: failure?.retryable ?? null,
    },
  });
}

/** What decisions and predictions amount to. */
export type EffectiveLabel = {
  labelId: string | null;
  labelSource: LabelSource | null;
  needsReview: boolean;
};

export async function updateLabel(
  tx: Transaction,
  id: string,
  label: EffectiveLabel & {
    reviewByEntropy?: number;
    reviewByMargin?: number;
    noneOfTheseScore?: number | null;
  },
): Promise<void> {
  await tx.document.update({ where: { id }, data: label });
}

export type NewPage = Page & {
  perceptualHash: string;
  textLayer: { texts: string[]; boxes: number[]; unmappedShare: number } | null;
};

/** Makes the pages of a document what they are now: a rendering that is repeated replaces what it found. */
export async function replacePages(
  tx: Transaction,
  documentId: string,
  pages: readonly NewPage[],
): Promise<void> {
  await tx.page.deleteMany({ where: { documentId } });
  await tx.page.createMany({ data: pages.map(({ textLayer, ...page }) => page) });
  await tx.pageTextLayer.createMany({
    data: pages.flatMap(({ id, textLayer }) => (textLayer === null ? [] : [{ pageId: id, ...textLayer }])),
  });
}

const pageColumns = {
  id: true,
  documentId: true,
  number: true,
  width: true,
  height: true,
  dpi: true,
  imageSha256: true,
  imageMediaType: true,
  thumbnailSha256: true,
  fault: true,
} as const;

/** Pages of each document, by number. */
export async function listPagesOfDocuments(
  database: Database,
  documentIds: readonly string[],
): Promise<Page[][]> {
  const pages = await database.page.findMany({
    where: { documentId: { in: [...documentIds] } },
    orderBy: { number: 'asc' },
    select: pageColumns,
  });
  const byDocument = groupBy(pages, (page) => page.documentId);
  return documentIds.map((id) => byDocument.get(id) ?? []);
}

/** In the order of the ids, without those that are gone. */
export async function listPagesById(database: Database, ids: readonly string[]): Promise<Page[]> {
  const pages = await database.page.findMany({ where: { id: { in: [...ids] } }, select: pageColumns });
  const byId = new Map(pages.map((page) => [page.id, page]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export async function findPage(database: Database, id: string): Promise<Page | null> {
  return await database.page.findUnique({ where: { id }, select: pageColumns });
}

/** The perceptual hash of each page, null where there is none. */
export async function listHashesOfPages(
  database: Database,
  pageIds: readonly string[],
): Promise<(string | null)[]> {
  const rows = await database.page.findMany({
    where: { id: { in: [...pageIds] } },
    select: { id: true, perceptualHash: true },
  });
  const byPage = new Map(rows.map(({ id, perceptualHash }) => [id, perceptualHash]));
  return pageIds.map((id) => byPage.get(id) ?? null);
}

export async function findTextLayer(
  database: Database,
  pageId: string,
): Promise<{ texts: string[]; boxes: number[]; unmappedShare: number } | null> {
  return await database.pageTextLayer.findUnique({ where: { pageId }, omit: { pageId: true } });
}

export async function updatePageText(tx: Transaction, pageId: string, text: string): Promise<void> {
  await tx.page.update({ where: { id: pageId }, data: { text } });
}

/** Texts of all pages of each document, in page order; null where no page has been read. */
export async function listTexts(
  database: Database,
  documentIds: readonly string[],
): Promise<(string | null)[]> {
  const pages = await database.page.findMany({
    where: { documentId: { in: [...documentIds] }, text: { not: null } },
    orderBy: { number: 'asc' },
    select: { documentId: true, text: true },
  });
  const byDocument = groupBy(pages, (page) => page.documentId);
  return documentIds.map(
    (id) =>
      byDocument
        .get(id)
        ?.map(({ text }) => text)
        .join('\n\n') ?? null,
  );
}

export async function countDocumentsByLabel(
  database: Database,
  labelIds: readonly string[],
): Promise<number[]> {
  const groups = await database.document.groupBy({
    by: ['labelId'],
    where: { labelId: { in: [...labelIds] }, status: { notIn: [...hiddenStatuses] } },
    _count: true,
  });
  const counts = new Map(groups.map((group) => [group.labelId, group._count]));
  return labelIds.map((id) => counts.get(id) ?? 0);
}

export type DocumentFilter = {
  /** Words that must all occur on one page, in web-search form (`"quoted phrase"`, `or`, `-not`). */
  text?: string;
  filename?: string;
  /** By default all but those of documents for which others stand. */
  statuses?: readonly DocumentStatus[];
  labelIds?: readonly string[];
  labelSource?: LabelSource;
  needsReview?: boolean;
  /** Documents at least so strange to the serving model. */
  noneOfTheseFrom?: number;
  createdAfter?: Date;
  createdBefore?: Date;
};

/** An id sorts by the time of its creation, so one column gives the order and the place in it. */
export type DocumentOrder = 'NEWEST_FIRST' | 'OLDEST_FIRST';

export async function listDocuments(
  database: Database,
  options: { filter: DocumentFilter; order: DocumentOrder; first: number; after: string | null },
): Promise<{ rows: Document[]; hasNextPage: boolean }> {
  const isNewestFirst = options.order === 'NEWEST_FIRST';
  const place =
    options.after === null
      ? Prisma.empty
      : isNewestFirst
        ? Prisma.sql`and d.id < ${options.after}::uuid`
        : Prisma.sql`and d.id > ${options.after}::uuid`;
  const found = await database.$queryRaw<{ id: string }[]>`
    select d.id from documents as d
    where ${conditionOf(options.filter)} ${place}
    order by d.id ${isNewestFirst ? Prisma.sql`desc` : Prisma.sql`asc`}
    limit ${options.first + 1}`;
  const documents = await findDocuments(
    database,
    found.slice(0, options.first).map(({ id }) => id),
  );
  return {
    rows: documents.filter((document) => document !== null),
    hasNextPage: found.length > options.first,
  };
}

export async function countDocuments(database: Database, filter: DocumentFilter): Promise<number> {
  const [row] = await database.$queryRaw<{ count: bigint }[]>`
    select count(*) as count from documents as d where ${conditionOf(filter)}`;
  return Number(row?.count ?? 0);
}

function conditionOf(filter: DocumentFilter): Prisma.Sql {
  const { text, filename, statuses, labelIds, labelSource, needsReview, createdAfter, createdBefore } =
    filter;
  const { noneOfTheseFrom } = filter;
  const conditions = [Prisma.sql`true`];
  if (text !== undefined) {
    conditions.push(Prisma.sql`exists (
      select from pages as p
      where p.document_id = d.id and p.text_search @@ websearch_to_tsquery('simple', ${text}))`);
  }
  if (filename !== undefined)
    conditions.push(Prisma.sql`position(lower(${filename}) in lower(d.filename)) > 0`);
  conditions.push(
    statuses === undefined
      ? Prisma.sql`d.status not in (${Prisma.join(hiddenStatuses.map((status) => Prisma.sql`${status}::document_status`))})`
      : Prisma.sql`d.status::text = any(${[...statuses]}::text[])`,
  );
  if (labelIds !== undefined) conditions.push(Prisma.sql`d.label_id = any(${[...labelIds]}::uuid[])`);
  if (labelSource !== undefined) conditions.push(Prisma.sql`d.label_source::text = ${labelSource}`);
  if (needsReview !== undefined) conditions.push(Prisma.sql`d.needs_review = ${needsReview}`);
  if (noneOfTheseFrom !== undefined) conditions.push(Prisma.sql`d.none_of_these_score >= ${noneOfTheseFrom}`);
  if (createdAfter !== undefined) conditions.push(Prisma.sql`d.created_at >= ${createdAfter}`);
  if (createdBefore !== undefined) conditions.push(Prisma.sql`d.created_at < ${createdBefore}`);
  return Prisma.join(conditions, ' and ');
}
