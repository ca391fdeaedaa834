import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig, settings } from '../src/config.js';

describe('the configuration', () => {
  it('has a default for every setting', () => {
    expect(readConfig({})).toEqual({
      role: 'all',
      host: '127.0.0.1',
      port: 4000,
      dataDir: resolve('data'),
      databaseUrl: '',
      logLevel: 'info',
      maxUploadBytes: 104_857_600,
      maxUploadFiles: 100,
      maxPages: 500,
      maxPixels: 100_000_000,
      pageTimeoutMs: 60_000,
      ocrLanguages: ['eng'],
      ocrWorkers: Math.min(8, availableParallelism()),
      workerConcurrency: Math.max(2, Math.min(8, availableParallelism() + 1)),
      engine: 'auto',
      modelSize: 'small',
      hubEndpoint: 'https://huggingface.co',
      hubToken: '',
      hubCacheDir: null,
      baseModelsDir: null,
      starterModelDir: resolve('starter', 'model'),
      allowNoncommercialWeights: true,
      keptModelVersions: 10,
      labelThreshold: 0.8,
      noneOfTheseThreshold: 0.95,
      reviewRandomShare: 0.1,
      reviewLeaseMinutes: 30,
      minimumDocumentsPerLabel: 5,
    });
  });

  it('reads what is set', () => {
    const config = readConfig({
      ROLE: 'worker',
      PORT: '0',
      OCR_LANGUAGES: 'eng+deu chi_sim',
      LABEL_THRESHOLD: '0.95',
      DATABASE_URL: 'postgres://me:secret@db/classeur',
      HF_ENDPOINT: 'http://mirror:8080/hf',
      HF_TOKEN: ' hf_secret ',
      HF_HUB_CACHE: 'cache',
      BASE_MODELS_DIR: '/srv/models',
      ALLOW_NONCOMMERCIAL_WEIGHTS: 'false',
    });
    expect(config).toMatchObject({
      role: 'worker',
      port: 0,
      ocrLanguages: ['eng', 'deu', 'chi_sim'],
      labelThreshold: 0.95,
      databaseUrl: 'postgres://me:secret@db/classeur',
      hubEndpoint: 'http://mirror:8080/hf',
      hubToken: 'hf_secret',
      hubCacheDir: resolve('cache'),
      baseModelsDir: resolve('/srv/models'),
      allowNoncommercialWeights: false,
    });
  });

  it('takes a setting that is empty, or only spaces, for one that is not set', () => {
    const blank = Object.fromEntries(
      Object.values(settings).map(({ env }, index) => [env, index % 2 === 0 ? '' : '  ']),
    );
    expect(readConfig(blank)).toEqual(readConfig({}));
  });

  it('takes the starter model from where it is told, or from nowhere', () => {
    expect(readConfig({ STARTER_MODEL: 'models/ours' }).starterModelDir).toBe(resolve('models', 'ours'));
    expect(readConfig({ STARTER_MODEL: 'none' }).starterModelDir).toBeNull();
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  it('names every setting that cannot be used, what was found and what is expected', () => {
    const read = () =>
      readConfig({
        ROLE: 'boss',
        PORT: '70000',
        MAX_PAGES: 'many',
        LABEL_THRESHOLD: '80',
        OCR_LANGUAGES: '+',
      });
    expect(read).toThrow(expect.objectContaining({ code: 'INVALID_SETTING', isPublic: true }));
    for (const part of [
      /ROLE=boss: .*"all"\|"api"\|"worker"\|"trainer"/,
      /PORT=70000: must be at most 65535/,
      /MAX_PAGES=many: must be a whole number/,
      /LABEL_THRESHOLD=80: must be a number from 0 to 1/,
      /OCR_LANGUAGES=\+: must be Tesseract language codes/,
    ]) {
      expect(read).toThrow(part);
    }
  });

  it('says what a database address must be, and shows nobody its password', () => {
    const read = () => readConfig({ DATABASE_URL: 'mysql://me:secret@db/classeur' });
    expect(read).toThrow(/DATABASE_URL.*must begin with postgresql:\/\//);
    expect(read).not.toThrow(/secret/);
    const readHub = () =>
      readConfig({
        HF_TOKEN: 'secret in three',
        HF_ENDPOINT: 'ftp://me:secret@hub',
        ALLOW_NONCOMMERCIAL_WEIGHTS: 'no',
      });
    expect(readHub).toThrow(
      /HF_ENDPOINT: must be an address.*HF_TOKEN: must be one word.*=no: must be true or false/,
    );
    expect(readHub).not.toThrow(/secret/);
  });

  it('has an environment variable of its own and an explanation for every setting', () => {
    const variables = Object.values(settings).map(({ env }) => env);
    expect(new Set(variables).size).toBe(variables.length);
    for (const { env, doc } of Object.values(settings)) {
      expect(env).toMatch(/^[A-Z][A-Z_]*$/);
      expect(doc.length).toBeGreaterThan(10);
    }
  });

  it('is explained in README, a row for every setting', async () => {
    const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
    const rows = readme.split('\n').filter((line) => line.startsWith('|'));
    const missing = Object.values(settings)
      .map(({ env }) => env)
      .filter((env) => !rows.some((row) => row.includes(`\`${env}\``)));
    expect(missing).toEqual([]);
  });
});
