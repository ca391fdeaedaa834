/** The one place where errors become GraphQL errors: public ones keep code and message, ours are hidden and logged. */
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { AppError } from '../../shared/errors.js';
import type { Log } from '../log.js';

/** Codes of GraphQL itself: the request was wrong, and its message says how. */
const requestFaults = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'OPERATION_RESOLUTION_FAILURE',
]);

export function createFormatError(log: Log) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { extensions, locations, path, message } = formatted;
    const where = { ...(locations && { locations }), ...(path && { path }) };
    const original = unwrapResolverError(error);
    if (original instanceof AppError && original.isPublic) {
      return { message: original.message, ...where, extensions: { code: original.code } };
    }
    const code = String(extensions?.code ?? 'INTERNAL_SERVER_ERROR');
    if (requestFaults.has(code)) return { message, ...where, extensions: { code } };
    log.error({ err: original, path }, 'a resolver failed');
    return {
      message: 'Something went wrong on our side; the log has the details',
      ...where,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}
