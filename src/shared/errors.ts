/**
 * The one error type that crosses layers. A feature makes its errors by small factories in `*.errors.ts`;
 * what is not an AppError is a fault of ours, and no client ever sees its message.
 */

/** An error with a stable code for programs and a message for people: what was found, and what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: string;
  /** Whether code and message may be shown to a client. */
  readonly isPublic: boolean;
  /** Whether the same attempt may succeed later: jobs are tried again only then. */
  readonly retryable: boolean;

  constructor(options: AppErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.isPublic = options.isPublic ?? true;
    this.retryable = options.retryable ?? false;
  }
}

type AppErrorOptions = {
  code: string;
  message: string;
  isPublic?: boolean;
  retryable?: boolean;
  cause?: unknown;
};

/** Makes an {@link AppError}; public and not retryable unless said otherwise. */
export function createAppError(options: AppErrorOptions): AppError {
  return new AppError(options);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of what the system, a database or Node itself has thrown, such as ENOENT; null of anything else. */
export function systemCodeOf(error: unknown): string | null {
  if (error instanceof AppError || !(error instanceof Error)) return null;
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
