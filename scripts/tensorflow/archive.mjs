// TensorFlow from the archive of its C library, for machines without Python. Its versions are older than the wheels', and NVIDIA's
// libraries are not in it.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { lastLines, run } from '../run-program.mjs';
import { store } from './source.mjs';

// The newest version of which there are archives for CPUs and for GPUs, with the SHA-256 of each.
const VERSION = '2.18.0';
const ARCHIVES = {
  'cpu-linux-x64': {
    url: `https://storage.googleapis.com/tensorflow/versions/${VERSION}/libtensorflow-cpu-linux-x86_64.tar.gz`,
    sha256: '605bfcb370c7e7ec981eabada880f60784e3de018395be95c95c3e5592c3d9a2',
  },
  'cuda-linux-x64': {
    url: `https://storage.googleapis.com/tensorflow/versions/${VERSION}/libtensorflow-gpu-linux-x86_64.tar.gz`,
    sha256: '6ca25aae03548cf76f6f68f00bdf53ec39710f08cee23bf6419b9e6e27feca5c',
  },
};

// The archive for this machine, or undefined.
export function knownArchive(cuda) {
  return ARCHIVES[`${cuda ? 'cuda' : 'cpu'}-${process.platform}-${process.arch}`];
}

// Downloads and unpacks an archive into the cache. Gives { folder, name }.
export async function downloadArchive({ url, sha256, cacheFolder, cuda, replace, say }) {
  const id = createHash('sha256').update(url).digest('hex').slice(0, 8);
  const folder = join(
    cacheFolder,
    `libtensorflow-${id}${cuda ? '-cuda' : ''}-${process.platform}-${process.arch}`,
  );
  const name = `TensorFlow from ${url}`;
  const fill = async (destination) => {
    const path = `${destination}.tar`;
    try {
      say(`Downloading ${url} ...`);
      const found = await download(url, path);
      if (!sha256) say(`Its SHA-256 is ${found}; there is none to compare it with (--sha256).`);
      else if (found !== sha256.toLowerCase()) {
        throw new Error(`${url} is not the file it should be: its SHA-256 is ${found} instead of ${sha256}.`);
      }
      const { status, output } = await run('tar', ['-xf', path, '-C', destination, '--no-same-owner']);
      if (status === null) throw new Error('There is no program "tar" to unpack the archive with.');
      if (status !== 0) throw new Error(`${url} cannot be unpacked: ${lastLines(output)}`);
    } finally {
      await rm(path, { force: true });
    }
  };
  return { folder: await store({ folder, about: { name, cuda }, replace, fill }), name };
}

// Writes the tar file in an archive that is downloaded, and gives the SHA-256 of the archive.
async function download(url, path) {
  const hash = createHash('sha256');
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body)
      throw new Error(`the server answered ${response.status} ${response.statusText}`);
    const expectedBytes = Number(response.headers.get('content-length') ?? Number.NaN);
    let bytes = 0;
    await pipeline(
      Readable.fromWeb(response.body),
      new Transform({
        transform(chunk, _encoding, done) {
          bytes += chunk.length;
          hash.update(chunk);
          done(null, chunk);
        },
      }),
      createGunzip(),
      createWriteStream(path),
    );
    if (bytes < expectedBytes) throw new Error(`only ${bytes} of ${expectedBytes} bytes came`);
    return hash.digest('hex');
  } catch (error) {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    throw new Error(`${url} cannot be downloaded: ${error.message}${cause}.`);
  }
}
