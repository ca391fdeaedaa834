/**
 * Every setting of Classeur: its environment variable, what it means, its default. One frozen, typed object;
 * nothing else reads the environment. README's table of settings is checked against this file by a test.
 */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { createAppError } from './shared/errors.js';

const mebibyte = 1024 * 1024;

const integer = (minimum: number, maximum: number) =>
  z.coerce
    .number({ error: 'must be a whole number' })
    .int('must be a whole number')
    .min(minimum, `must be at least ${minimum}`)
    .max(maximum, `must be at most ${maximum}`);

const share = z.coerce
  .number({ error: 'must be a number from 0 to 1' })
  .min(0, 'must be a number from 0 to 1')
  .max(1, 'must be a number from 0 to 1');

const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');

const codes = z
  .string()
  .transform((text) => text.split(/[+,\s]+/).filter((code) => code !== ''))
  .refine((list) => list.length > 0 && list.every((code) => /^[a-z]{3}(_[a-z]+)*$/.test(code)), {
    error: 'must be Tesseract language codes such as "eng" or "eng+deu"',
  });

/** name in {@link Config} → environment variable, meaning, schema, default (as it would be written in the environment). */
export const settings = {
  role: {
    env: 'ROLE',
    doc: 'What this process does: `all` (API, with worker and trainer as supervised children), `api`, `worker` or `trainer`',
    schema: z.enum(['all', 'api', 'worker', 'trainer']),
    default: 'all',
  },
  host: {
    env: 'HOST',
    doc: 'Address the API listens on. There is no sign-in yet: leave it on loopback unless something in front guards it',
    schema: z.string().min(1),
    default: '127.0.0.1',
  },
  port: { env: 'PORT', doc: 'Port of the API', schema: integer(0, 65_535), default: '4000' },
  dataDir: {
    env: 'DATA_DIR',
    doc: 'Folder of everything that is kept: blobs, models, and the embedded PostgreSQL',
    schema: z
      .string()
      .min(1)
      .transform((path) => resolve(path)),
    default: './data',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    doc: 'An external PostgreSQL (`postgresql://user:password@host:5432/name`). Empty: an embedded one is started in DATA_DIR',
    schema: z.union([
      z.literal(''),
      z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
    ]),
    default: '',
    // It holds a password.
    isSecret: true,
  },
  logLevel: {
    env: 'LOG_LEVEL',
    doc: 'How much is logged',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
  },
  maxUploadBytes: {
    env: 'MAX_UPLOAD_BYTES',
    doc: 'Largest file accepted, in bytes',
    // GraphQL's Int, in which byteSize is answered, ends at 2^31 - 1.
    schema: integer(1, 2 ** 31 - 1),
    default: String(100 * mebibyte),
  },
  maxUploadFiles: {
    env: 'MAX_UPLOAD_FILES',
    doc: 'Most files in one upload',
    schema: integer(1, 10_000),
    default: '100',
  },
  maxPages: {
    env: 'MAX_PAGES',
    doc: 'Most pages in one document',
    schema: integer(1, 100_000),
    default: '500',
  },
  maxPixels: {
    env: 'MAX_PIXELS',
    doc: 'Most pixels in one page of an uploaded image (PDF pages are rendered at a resolution that stays below)',
    schema: integer(10_000, 1_000_000_000),
    default: '100000000',
  },
  pageTimeoutMs: {
    env: 'PAGE_TIMEOUT_MS',
    doc: 'Longest time one page may take to render, or a part of it to be read by OCR, in milliseconds',
    schema: integer(100, 3_600_000),
    default: '60000',
  },
  ocrLanguages: {
    env: 'OCR_LANGUAGES',
    doc: 'Languages of OCR, joined by `+`. Each needs its npm package `@tesseract.js-data/<code>`; English is there',
    schema: codes,
    default: 'eng',
  },
  ocrWorkers: {
    env: 'OCR_WORKERS',
    doc: 'OCR threads in the worker process',
    schema: integer(1, 256),
    default: String(Math.max(1, Math.min(8, availableParallelism()))),
    defaultDoc: 'the cores, at most 8',
  },
  workerConcurrency: {
    env: 'WORKER_CONCURRENCY',
    doc: 'Jobs a worker process does at a time',
    schema: integer(1, 256),
    default: String(Math.max(2, Math.min(8, availableParallelism() + 1))),
    defaultDoc: 'the cores and one, at most 8',
  },
  engine: {
    env: 'ENGINE',
    doc: 'What the network runs on: `auto` takes the fastest that is here; else `tensorflow`, `webgpu`, `wasm` or `cpu`',
    schema: z.enum(['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu']),
    default: 'auto',
  },
  modelSize: {
    env: 'MODEL_SIZE',
    doc: 'Size of a network trained from scratch: `tiny` (for tests), `small` (for CPUs) or `base` (LayoutLMv2-base)',
    schema: z.enum(['tiny', 'small', 'base']),
    default: 'small',
  },
  hubEndpoint: {
    env: 'HF_ENDPOINT',
    doc: 'Address of the model hub that `importModel` asks: Hugging Face or a mirror of it',
    schema: z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
      error: 'must be an address that begins with https:// or http://',
    }),
    default: 'https://huggingface.co',
    // An address may hold a password.
    isSecret: true,
  },
  hubToken: {
    env: 'HF_TOKEN',
    doc: 'Access token for private and gated models of the hub. Empty: none',
    schema: z
      .string()
      .trim()
      .regex(/^[\x21-\x7e]*$/, 'must be one word of plain characters'),
    default: '',
    isSecret: true,
  },
  hubCacheDir: {
    env: 'HF_HUB_CACHE',
    doc: 'Folder of downloaded checkpoints, which may be deleted at any time. Empty: `hub` in DATA_DIR',
    schema: z.string().transform((path) => (path === '' ? null : resolve(path))),
    default: '',
    defaultDoc: '`hub` in DATA_DIR',
  },
  baseModelsDir: {
    env: 'BASE_MODELS_DIR',
    doc: 'The folder whose subfolders `importModel(input: { folder: … })` may read, and no others. Empty: `base-models` in DATA_DIR',
    schema: z.string().transform((path) => (path === '' ? null : resolve(path))),
    default: '',
    defaultDoc: '`base-models` in DATA_DIR',
  },
  starterModelDir: {
    env: 'STARTER_MODEL',
    doc: 'Folder of the checkpoint or average that a new installation begins with; `none`: it begins without a model. Empty: the one that comes with Classeur',
    schema: z.string().transform((path) => {
      if (path === 'none') return null;
      return path === '' ? join(import.meta.dirname, '..', 'starter', 'model') : resolve(path);
    }),
    default: '',
    defaultDoc: '`starter/model` of Classeur',
  },
  allowNoncommercialWeights: {
    env: 'ALLOW_NONCOMMERCIAL_WEIGHTS',
    doc: '`false` refuses weights whose licence rules out commercial use or is not stated: to import, fine-tune, promote or serve',
    schema: flag,
    default: 'true',
  },
  keptModelVersions: {
    env: 'KEPT_MODEL_VERSIONS',
    doc: 'How many of the newest model versions made by runs keep their files; of older ones only what is in use does',
    schema: integer(1, 1_000_000),
    default: '10',
  },
  labelThreshold: {
    env: 'LABEL_THRESHOLD',
    doc: 'Confidence from which a prediction becomes the label of a document nobody has labelled; below it the document needs review',
    schema: share,
    default: '0.8',
  },
  noneOfTheseThreshold: {
    env: 'NONE_OF_THESE_THRESHOLD',
    doc: 'The `noneOfTheseScore` from which a document is taken to belong to none of the labels: no model labels it, it needs review. Of documents that do belong, the share that is left (0.05 at 0.95) is sent there too; `1` for none',
    schema: share,
    default: '0.95',
  },
  reviewRandomShare: {
    env: 'REVIEW_RANDOM_SHARE',
    doc: 'Of the documents that the model has labelled, the random share that people look at all the same, and the share of the review queue that is theirs',
    schema: share,
    default: '0.1',
  },
  reviewLeaseMinutes: {
    env: 'REVIEW_LEASE_MINUTES',
    doc: 'How long a document is kept for the reviewer who has claimed it, in minutes',
    schema: integer(1, 10_080),
    default: '30',
  },
  minimumDocumentsPerLabel: {
    env: 'MINIMUM_DOCUMENTS_PER_LABEL',
    doc: 'A label with fewer documents decided by people takes no part in a training run, unless `updateTrainingPolicy` says another number',
    schema: integer(3, 1_000_000),
    default: '5',
  },
} as const satisfies Record<string, Setting>;

type Setting = {
  env: string;
  doc: string;
  schema: z.ZodType;
  default: string;
  defaultDoc?: string;
  /** Whether a value that is refused must not be repeated. */
  isSecret?: boolean;
};

export type Config = Readonly<{
  [Name in keyof typeof settings]: z.infer<(typeof settings)[Name]['schema']>;
}>;

/**
 * Reads the settings from an environment. An empty variable, or one of spaces, counts as not set.
 * @throws AppError INVALID_SETTING naming every setting that is wrong, what was found (secrets apart) and what is expected.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, setting] of Object.entries<Setting>(settings)) {
    const written = environment[setting.env];
    const text = written === undefined || written.trim() === '' ? setting.default : written;
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      const found = setting.isSecret ? setting.env : `${setting.env}=${text}`;
      faults.push(`${found}: ${parsed.error.issues.map((issue) => issue.message).join(', ')}`);
    }
  }
  if (faults.length > 0) {
    throw createAppError({
      code: 'INVALID_SETTING',
      message: `Settings that cannot be used: ${faults.join('; ')}`,
    });
  }
  return Object.freeze(values) as Config;
}
