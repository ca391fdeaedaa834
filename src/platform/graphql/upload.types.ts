/** The Upload scalar: a file of a multipart request, streamed (https://github.com/jaydenseric/graphql-multipart-request-spec). */

import type { Readable } from 'node:stream';
import { GraphQLError, GraphQLScalarType } from 'graphql';
import { Upload } from 'graphql-upload-minimal';

/** A file as the client sends it. `createReadStream` can be called once; its bytes are not kept anywhere. */
export type UploadedFile = { filename: string; createReadStream(): Readable };

/** What a resolver gets for an Upload: it settles when the file's part of the request begins. */
export type PendingUpload = { promise: Promise<UploadedFile> };

export const UploadScalar = new GraphQLScalarType<PendingUpload>({
  name: 'Upload',
  description: 'A file, sent by the GraphQL multipart request specification',
  parseValue(value) {
    if (value instanceof Upload) return value as unknown as PendingUpload;
    throw new GraphQLError(
      'An Upload must be a file of a multipart/form-data request, as the GraphQL multipart request specification says',
      { extensions: { code: 'BAD_USER_INPUT' } },
    );
  },
  parseLiteral() {
    throw new GraphQLError('An Upload must be given as a variable', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  },
  serialize() {
    throw new GraphQLError('An Upload is never answered');
  },
});
