/** Uploading over GraphQL. It stands here and not with the documents because an upload may carry a human decision. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { createTooManyFilesError } from '../documents/document.errors.js';
import type { Document } from '../documents/document.js';
import { findDocumentById } from '../documents/document-access.js';
import type { UploadDocument } from '../documents/upload-document.js';
import { getOrCreateLabel } from '../labels/get-label.js';
import { cleanLabelName } from '../labels/label.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { type PendingUpload, type UploadedFile, UploadScalar } from '../platform/graphql/upload.types.js';
import type { Log } from '../platform/log.js';
import { AppError } from '../shared/errors.js';
import type { RecordDecision } from './decide-label.js';
import { findNewestDecision } from './decision.repository.js';
import { UploadResultType } from './prediction.types.js';

type Dependencies = {
  connection: DatabaseConnection;
  uploadDocument: UploadDocument;
  recordDecision: RecordDecision;
  maxFiles: number;
  log: Log;
};

@Resolver()
export class IntakeResolver {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  @Mutation(() => [UploadResultType], {
    description:
      'Keeps files as documents, a result per file in their order. With a label (a name, made if new) each is also decided to be that',
  })
  async uploadDocuments(
    @Arg('files', () => [UploadScalar]) files: PendingUpload[],
    @Arg('label', () => String, { nullable: true }) label: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<UploadResultType[]> {
    const { maxFiles } = this.#dependencies;
    if (files.length > maxFiles) throw createTooManyFilesError(maxFiles, files.length);
    const labelName = label === null || label === undefined ? null : cleanLabelName(label);
    // All at once: the files follow each other in the request, in an order that need not be that of the list.
    return await Promise.all(files.map((file) => this.#keep(file, labelName, context.viewer.name)));
  }

  async #keep(
    pending: PendingUpload,
    labelName: string | null,
    decidedBy: string,
  ): Promise<UploadResultType> {
    const { connection, uploadDocument, recordDecision, log } = this.#dependencies;
    let file: UploadedFile | null = null;
    const decide = async (tx: Transaction, document: Document) => {
      if (labelName === null) return;
      const { id: labelId } = await getOrCreateLabel(tx, labelName, decidedBy);
      const newest = await findNewestDecision(tx, document.id);
      // The same bytes with the same label say nothing new.
      if (newest?.labelId === labelId) return;
      await recordDecision(tx, { documentId: document.id, labelId, decidedBy, note: null });
    };
    try {
      file = await pending.promise;
      const { filename } = file;
      const { document, isDuplicate } = await uploadDocument(
        { filename, stream: file.createReadStream() },
        decide,
      );
      const current = (await findDocumentById(connection.database, document.id)) ?? document;
      return { filename, document: current, duplicate: isDuplicate, error: null };
    } catch (error) {
      const filename = file?.filename ?? '';
      const isPublic = error instanceof AppError && error.isPublic;
      if (!isPublic) log.error({ err: error, filename }, 'an upload failed');
      return {
        filename,
        document: null,
        duplicate: false,
        error: isPublic
          ? { code: error.code, message: error.message }
          : {
              code: 'UPLOAD_FAILED',
              message: 'The file could not be kept; nothing of it was stored. Send it again',
            },
      };
    }
  }
}
