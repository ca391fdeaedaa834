/** `npm run doctor`, on the built product as `npm test` builds it. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';

describe('the doctor', () => {
  let status: number | null;
  let stdout: string;

  beforeAll(() => {
    // A port nobody listens on, and a language nobody has.
    const settings = {
      DATABASE_URL: 'postgresql://127.0.0.1:1/none',
      OCR_LANGUAGES: 'eng+xyz',
      ENGINE: 'auto',
    };
    const env = { ...process.env, ...settings };
    ({ status, stdout } = spawnSync(process.execPath, ['scripts/doctor.mjs'], { encoding: 'utf8', env }));
  });

  it('says of each engine how fast it is, or why it is not there', () => {
    expect(stdout).toMatch(/^tensorflow +(yes +\d+ +TensorFlow \d|no +\S.*npm run tensorflow:install)/m);
    expect(stdout).toMatch(/^webgpu +(yes +[\d.]+ +WebGPU on|no +\S.*(GPU|adapter))/m);
    expect(stdout).toMatch(/^wasm +yes +[\d.]+ +WebAssembly with SIMD/m);
    expect(stdout).toMatch(/^cpu +yes +[\d.]+ +plain JavaScript/m);
    expect(stdout).toMatch(/ENGINE=auto takes (tensorflow|webgpu|wasm)\./);
  });

  it('names what the machine is, and what of the settings does not work', () => {
    expect(stdout).toContain(`Node ${process.versions.node}`);
    expect(stdout).toMatch(/GiB of memory/);
    expect(stdout).toContain('@tesseract.js-data/xyz');
    expect(stdout).toMatch(/DATABASE_URL: .*ECONNREFUSED/);
  });

  it('succeeds where there is an engine', () => {
    expect(status).toBe(0);
  });
});
