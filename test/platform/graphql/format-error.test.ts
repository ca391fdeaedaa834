import { PassThrough } from 'node:stream';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createFormatError } from '../../../src/platform/graphql/format-error.js';
import { createAppError } from '../../../src/shared/errors.js';

describe('an error of the API', () => {
  function format(original: Error, code = 'INTERNAL_SERVER_ERROR') {
    const sink = new PassThrough();
    const wrapped = new GraphQLError(original.message, {
      path: ['document', 'pages'],
      originalError: original,
      extensions: { code, stacktrace: ['at secret.ts'] },
    });
    const formatted = createFormatError(pino(sink))(wrapped.toJSON() as GraphQLFormattedError, wrapped);
    return { formatted, logged: String(sink.read() ?? '') };
  }

  it('keeps code and message when it is public', () => {
    const { formatted, logged } = format(createAppError({ code: 'LABEL_EXISTS', message: 'There is one.' }));
    expect(formatted).toEqual({
      message: 'There is one.',
      path: ['document', 'pages'],
      extensions: { code: 'LABEL_EXISTS' },
    });
    expect(logged).toBe('');
  });

  it.each([
    new Error('connect to postgresql://me:secret@db'),
    createAppError({ code: 'BLOB_NOT_FOUND', message: 'No blob secret', isPublic: false }),
  ])('shows nothing of what is inside, and logs it', (original) => {
    const { formatted, logged } = format(original);
    expect(JSON.stringify(formatted)).not.toContain('secret');
    expect(formatted.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    expect(formatted.message).toContain('the log has the details');
    expect(logged).toContain(original.message);
  });

  it('says what was wrong with a request', () => {
    const fault = new GraphQLError('Cannot query field "colour"');
    const { formatted, logged } = format(fault, 'GRAPHQL_VALIDATION_FAILED');
    expect(formatted).toMatchObject({
      message: 'Cannot query field "colour"',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(formatted.extensions).not.toHaveProperty('stacktrace');
    expect(logged).toBe('');
  });
});
