/** Words of pages in PostgreSQL: one row a page and OCR version, as parallel arrays. */
import type { Database, Transaction } from '../platform/database/database.js';
import { type QuarterTurns, quarterTurnsOf } from './page-orientation.js';
import type { PackedWords } from './word.js';

export type StoredWords = PackedWords & {
  pageId: string;
  source: string;
  ocrVersion: string;
  reason: string | null;
  uprightTurn: QuarterTurns;
  skewDegrees: number | null;
};

/** Keeps the words of a page; what the same OCR version said before stays. */
export async function insertPageWords(tx: Transaction, id: string, words: StoredWords): Promise<void> {
  const { confidences, ...rest } = words;
  await tx.pageWords.createMany({
    data: [{ id, ...rest, confidences: confidences ?? [] }],
    skipDuplicates: true,
  });
}

/** The newest words of each page, null where it has not been read. */
export async function listNewestWords(
  database: Database,
  pageIds: readonly string[],
): Promise<(StoredWords | null)[]> {
  const rows = await database.pageWords.findMany({
    where: { pageId: { in: [...pageIds] } },
    orderBy: { id: 'asc' },
  });
  // In ascending order, so that the newest of a page is what remains.
  const byPage = new Map(rows.map((row) => [row.pageId, row]));
  return pageIds.map((pageId) => {
    const row = byPage.get(pageId);
    if (!row) return null;
    const { texts, boxes, source, ocrVersion, reason, skewDegrees } = row;
    const uprightTurn = quarterTurnsOf(row.uprightTurn);
    const confidences = row.confidences.length === 0 ? null : row.confidences;
    return { pageId, texts, boxes, confidences, source, ocrVersion, reason, uprightTurn, skewDegrees };
  });
}

/** Copies the newest words of pages to others, under new ids. */
export async function copyWords(
  tx: Transaction,
  copies: readonly { sourceId: string; pageId: string; id: string }[],
): Promise<void> {
  await tx.$executeRaw`
    insert into page_words (id, page_id, ocr_version, source, reason, texts, boxes, confidences, upright_turn,
                            skew_degrees, created_at)
    select distinct on (copy.id) copy.id, copy."pageId", w.ocr_version, w.source, w.reason, w.texts, w.boxes,
           w.confidences, w.upright_turn, w.skew_degrees, w.created_at
    from json_to_recordset(${JSON.stringify(copies)}::json) as copy ("sourceId" uuid, "pageId" uuid, id uuid)
    join page_words as w on w.page_id = copy."sourceId"
    order by copy.id, w.id desc`;
}

/** Of pages with words, of documents that have been read and for which no others stand, a sample that the seed draws. */
export async function samplePagesWithWords(
  database: Database,
  sample: { exceptDocumentIds: readonly string[]; firstPages: number; seed: number; count: number },
): Promise<string[]> {
  const { exceptDocumentIds, firstPages, seed, count } = sample;
  const rows = await database.$queryRaw<{ id: string }[]>`
    select page.id
    from pages as page
    join documents as document on document.id = page.document_id and document.status in ('CLASSIFYING', 'READY')
    where page.number <= ${firstPages}::int
      and exists (select from page_words as words where words.page_id = page.id and cardinality(words.texts) > 0)
      and not exists (select from unnest(${[...exceptDocumentIds]}::uuid[]) as excepted (id) where excepted.id = document.id)
    order by md5(page.id::text || ${String(seed)}), page.id
    limit ${count}::int`;
  return rows.map(({ id }) => id);
}

export async function countUnreadPages(database: Database, documentId: string): Promise<number> {
  return await database.page.count({ where: { documentId, words: { none: {} } } });
}

/** Of these documents, those that are ready with every page read, each with the versions of the newest readings. */
export async function listReadDocuments(
  database: Database,
  documentIds: readonly string[],
): Promise<{ documentId: string; ocrVersions: string[] }[]> {
  return await database.$queryRaw`
    with wanted as (
      select page.id, page.document_id
      from pages as page
      join documents as document on document.id = page.document_id and document.status = 'READY'
      where page.document_id = any(${[...documentIds]}::uuid[])
    ), newest as (
      select distinct on (words.page_id) words.page_id, words.ocr_version
      from page_words as words
      join wanted on wanted.id = words.page_id
      order by words.page_id, words.id desc
    )
    select wanted.document_id as "documentId", array_agg(distinct newest.ocr_version) as "ocrVersions"
    from wanted
    left join newest on newest.page_id = wanted.id
    group by wanted.document_id
    having count(*) = count(newest.ocr_version)`;
}
