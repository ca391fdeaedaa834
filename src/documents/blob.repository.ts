/** Which blobs documents are made of, in PostgreSQL. */
import type { Database } from '../platform/database/database.js';

/** Those of the given blobs that no document and no page names. */
export async function listUnnamedBlobs(database: Database, sha256s: readonly string[]): Promise<string[]> {
  const rows = await database.$queryRaw<{ sha256: string }[]>`
    select sha256 from unnest(${[...sha256s]}::text[]) as given (sha256)
    except select sha256 from documents
    except select image_sha256 from pages
    except select thumbnail_sha256 from pages`;
  return rows.map(({ sha256 }) => sha256);
}
