// Starts the built product in a folder of its own, uploads a page as a user would, waits until it is read, stops it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const dataDir = await mkdtemp(join(tmpdir(), 'classeur-smoke-'));
const startedAt = Date.now();
const child = spawn(process.execPath, ['dist/main.js'], {
  env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: '', PORT: '0', LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
child.stdout.on('data', (chunk) => {
  output += chunk;
});
const exited = once(child, 'exit');

try {
  const url = await until('an address', 60, () => /GraphQL\s+(http:\S+)/.exec(output)?.[1]);
  await until('readiness', 60, async () => (await fetch(new URL('/readyz', url))).ok);
  console.log(`ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s at ${url}`);

  const query = `mutation ($files: [Upload!]!) { uploadDocuments(files: $files) { document { id } error { message } } }`;
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { files: [null] } }));
  form.set('map', JSON.stringify({ 0: ['variables.files.0'] }));
  form.set('0', new Blob([pdfSaying('Hello from the smoke test')]), 'hello.pdf');
  const { data } = await (await fetch(url, { method: 'POST', body: form })).json();
  const [{ document, error }] = data.uploadDocuments;
  if (error) throw new Error(`the upload was refused: ${error.message}`);

  const read = await until('the document to be read', 120, async () => {
    const ask = {
      query: `{ servingModel { number }
      document(id: "${document.id}") { status text failure { message } prediction { label { name } } } }`,
    };
    const headers = { 'content-type': 'application/json' };
    const answer = await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(ask) })).json();
    const { status, text, failure, prediction } = answer.data.document;
    if (failure) throw new Error(`the document failed: ${failure.message}`);
    return status === 'READY' ? { text, prediction, servingModel: answer.data.servingModel } : null;
  });
  if (!read.text.includes('smoke test')) throw new Error(`the words read are ${JSON.stringify(read.text)}`);
  console.log(`read: ${JSON.stringify(read.text)}`);
  if (read.servingModel && !read.prediction) throw new Error('a model serves, but it has said nothing');
  if (read.prediction) console.log(`called: ${read.prediction.label.name}`);
} finally {
  child.kill('SIGINT');
  const [code] = await exited;
  await rm(dataDir, { recursive: true, force: true });
  if (code !== 0) {
    console.error(`it stopped with exit code ${code}`);
    process.exitCode = 1;
  }
}

async function until(what, seconds, look) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended while waiting for ${what}: ${output}`);
    const value = await look();
    if (value) return value;
    await sleep(100);
  }
  throw new Error(`waited ${seconds} s in vain for ${what}`);
}

/** The smallest PDF that shows a line of text. */
function pdfSaying(text) {
  const content = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let pdf = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = pdf.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  return `${pdf}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
}
