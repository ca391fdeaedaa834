// Makes @tensorflow/tfjs-node-gpu work with a modern TensorFlow: finds TensorFlow, compiles the package's native part against it,
// and checks that it computes. Nothing is written outside node_modules and the cache.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lastJson, lastLines, run } from './run-program.mjs';
import { addonPath, buildAddon } from './tensorflow/addon.mjs';
import { downloadArchive, knownArchive } from './tensorflow/archive.mjs';
import { findStored, place, sourceOfFolder } from './tensorflow/source.mjs';
import { downloadWheels, findPythons, findWheel, unpackWheels } from './tensorflow/wheels.mjs';

const HELP = `Usage: npm run tensorflow:install -- [options]

Builds the engine "tensorflow": TensorFlow's C library under @tensorflow/tfjs-node-gpu. Takes TensorFlow from
its official Python wheels if there is a Python with pip, else from the archive of its C library.

  --cuda             TensorFlow for NVIDIA GPUs, with the CUDA libraries it needs (some gigabytes)
  --from <folder>    take it from here: wheels (*.whl), site-packages, or the unpacked archive of the C library
  --python <command> the Python whose pip is asked
  --archive <url>    take it from this archive of the C library; without a Python: from TensorFlow's own
  --sha256 <hex>     what the archive's SHA-256 must be
  --fresh            download and compile again, even if all is there
  --no-verify        do not check that it computes, e.g. where an image for other machines is built
  --package <folder> where @tensorflow/tfjs-node-gpu is, if not in node_modules

What was downloaded is kept in $XDG_CACHE_HOME/classeur/tensorflow (or ~/.cache/...), so that after npm ci
a second run takes seconds. It ends with 3 if there is no TensorFlow to be had, with 1 on any other failure.`;

const NOT_FOUND = 3;
const say = (text) => console.log(text);

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      cuda: { type: 'boolean', default: false },
      from: { type: 'string' },
      python: { type: 'string' },
      archive: { type: 'string' },
      sha256: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      'no-verify': { type: 'boolean', default: false },
      package: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (options.help) {
    say(HELP);
    return 0;
  }
  assertSupported();
  const packageFolder = options.package ? resolve(options.package) : findPackage();
  const state = join(packageFolder, 'deps', 'installed.json');
  const wanted = {
    cuda: options.cuda,
    from: options.from ? resolve(options.from) : (options.archive ?? null),
  };

  const installed = options.fresh ? null : await readInstalled(state, wanted, packageFolder);
  if (installed) {
    say(`It is installed: ${installed.name}.`);
    const failure = options['no-verify'] ? null : await verify(options.cuda);
    if (!failure) return 0;
    say(`It does not work: ${failure}\nInstalling it again.`);
  }

  const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'classeur', 'tensorflow');
  await mkdir(cacheFolder, { recursive: true });
  const found = await findSource({ ...options, from: options.from && wanted.from, cacheFolder });
  if (!found) return NOT_FOUND;
  say(`Taking ${found.name}.`);
  await place(await sourceOfFolder(found.folder), join(packageFolder, 'deps'));
  await buildAddon({ packageFolder, cacheFolder, say });
  await writeFile(state, JSON.stringify({ ...wanted, name: found.name }));
  const failure = options['no-verify'] ? null : await verify(options.cuda);
  if (!failure) return 0;
  console.error(`\nTensorFlow is installed, but does not work here: ${failure}`);
  return 1;
}

// Gives { folder, name } of what to take, or null after saying why there is nothing.
async function findSource({ from, archive, sha256, cuda, fresh, python, cacheFolder }) {
  const common = { cacheFolder, cuda, replace: fresh, say };
  if (from) {
    if (!existsSync(from)) throw new Error(`The folder ${from} (--from) does not exist.`);
    if (await findWheel(from)) return await unpackWheels({ ...common, wheels: from, replace: true });
    return { folder: from, name: `TensorFlow from ${from}` };
  }
  if (archive) return await downloadArchive({ ...common, url: archive, sha256 });
  const stored = fresh ? undefined : await findStored(cacheFolder, cuda);
  if (stored) return stored;

  const reasons = [];
  const pythons = await findPythons(python);
  if (pythons.length === 0) reasons.push(`there is no ${python ? `Python "${python}"` : 'Python'} with pip`);
  const wheels = await mkdtemp(join(cacheFolder, 'wheels-'));
  try {
    if (await downloadWheels({ pythons, cuda, folder: wheels, reasons, say })) {
      return await unpackWheels({ ...common, wheels });
    }
  } finally {
    await rm(wheels, { recursive: true, force: true });
  }
  const known = knownArchive(cuda);
  if (!known)
    reasons.push(`TensorFlow has no archive of its C library for ${process.platform} on ${process.arch}`);
  else {
    say(`No wheel: ${reasons.join('; ')}.`);
    if (cuda) say("The archive does not bring NVIDIA's libraries: CUDA 12 and cuDNN 9 must be installed.");
    try {
      return await downloadArchive({ ...common, ...known });
    } catch (error) {
      reasons.push(error.message);
    }
  }
  console.error(
    `\nThere is no TensorFlow to be had: ${reasons.join('; ')}\n` +
      `Bring it from elsewhere: on a machine with pip "pip download ${cuda ? 'tensorflow[and-cuda]' : '--no-deps tensorflow-cpu'}", ` +
      `then --from with the folder of what it got. Without it the product runs on the engine "wasm".`,
  );
  return null;
}

function assertSupported() {
  const { glibcVersionRuntime } = process.report.getReport().header;
  if (process.platform !== 'linux' || !glibcVersionRuntime) {
    throw new Error(
      `TensorFlow can be installed on Linux with glibc; this is ${process.platform}${process.platform === 'linux' ? ' without glibc' : ''}. ` +
        'The product runs on the engines "webgpu" (if there is a GPU) and "wasm".',
    );
  }
}

function findPackage() {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  } catch {
    throw new Error('@tensorflow/tfjs-node-gpu is not installed. Run "npm ci --include=optional" first.');
  }
}

// What was installed before, if it is what is wanted now.
async function readInstalled(state, wanted, packageFolder) {
  if (!existsSync(state) || !existsSync(await addonPath(packageFolder))) return null;
  const installed = JSON.parse(await readFile(state, 'utf8'));
  return installed.cuda === wanted.cuda && (wanted.from === null || installed.from === wanted.from)
    ? installed
    : null;
}

// Runs the check in a process of its own, which native code may well end. Gives what is wrong, or null.
async function verify(cuda) {
  say('Checking that it computes ...');
  const { status, output } = await run(process.execPath, [
    fileURLToPath(new URL('tensorflow/verify.mjs', import.meta.url)),
  ]);
  const found = lastJson(output);
  if (status !== 0 || !found) return /^\w*Error: (.*)$/m.exec(output)?.[1] ?? lastLines(output);
  const { device, gflops, wasmGflops, isGpu } = found;
  say(
    `It computes as WebAssembly does: ${device}, ${gflops.toFixed(0)} GFLOP/s (WebAssembly: ${wasmGflops.toFixed(0)}).`,
  );
  if (cuda && !isGpu)
    say(
      "It is built for CUDA, but sees no GPU: is there NVIDIA's driver (nvidia-smi)? It computes on the processor.",
    );
  return null;
}
