// Makes a folder that runs bench/gpu.ts on a machine with an NVIDIA GPU that has neither Node nor a network: this Node, stripped;
// the network and the benchmark, compiled; of the npm packages the files that are loaded; Vulkan's loader as .deb files.
//
//   node bench/gpu/pack.mjs FOLDER       then, there: sh FOLDER/gpu.sh [options of bench/gpu.ts]
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
// What a machine is lent with is carried there in one piece of at most this size.
const MAX_BYTES = 64 * 2 ** 20;
// What Vulkan's loader and NVIDIA's driver for it need, where a machine was made for computing only.
const DEBIAN_PACKAGES = [
  'libvulkan1',
  'libegl1',
  'libglvnd0',
  'libopengl0',
  'libgl1',
  'libglx0',
  'libgles2',
  'libx11-6',
  'libxcb1',
  'libxext6',
  'libxau6',
  'libxdmcp6',
];

if (!process.argv[2]) throw new Error('Name the folder to make: node bench/gpu/pack.mjs FOLDER');
const target = resolve(process.argv[2]);
const work = mkdtempSync(join(tmpdir(), 'classeur-pack-'));
try {
  const staged = join(work, 'staged');
  compile(join(staged, 'app'));
  for (const file of [...loadedFiles(), ...wholePackage('webgpu')])
    copy(join(root, file), join(staged, 'app', file));
  packNode(join(staged, 'node'));
  mkdirSync(join(target, 'debs'), { recursive: true });
  copyFileSync(join(root, 'bench/gpu.sh'), join(target, 'gpu.sh'));
  execFileSync('tar', ['-cJf', join(target, 'pack.tar.xz'), '-C', staged, '.'], {
    env: { ...process.env, XZ_OPT: '-6' },
  });
  fetchDebianPackages(join(target, 'debs'));
} finally {
  rmSync(work, { recursive: true, force: true });
}
const bytes = sizeOf(target);
console.log(`${target}: ${(bytes / 2 ** 20).toFixed(1)} MiB`);
if (bytes > MAX_BYTES)
  throw new Error(`The folder is larger than the ${MAX_BYTES / 2 ** 20} MiB that can be carried.`);

// The benchmark and all it imports, as JavaScript, with the files that are read at run time in the same places.
function compile(app) {
  mkdirSync(app, { recursive: true });
  // "type" makes the compiled files ES modules.
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n');
  execFileSync(
    join(root, 'node_modules/.bin/tsc'),
    ['-p', join(root, 'bench/gpu/tsconfig.json'), '--outDir', app],
    { stdio: 'inherit' },
  );
  for (const name of ['tiny.json', 'tiny_config.json', 'base.json']) {
    const file = `test/layoutlmv2/fixtures/${name}`;
    copy(join(root, file), join(app, file));
  }
  cpSync(join(root, 'bench/network/torch'), join(app, 'bench/network/torch'), {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
}

// Files of the TensorFlow.js packages, most of whose size is bundles for browsers: those that Node loads.
function loadedFiles() {
  const program = `
    await import('@tensorflow/tfjs');
    await import('@tensorflow/tfjs-backend-webgpu');
    const { createRequire } = await import('node:module');
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`;
  const found = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = JSON.parse(found.trim().split('\n').at(-1)).map((path) => relative(root, path));
  return [...new Set(files.flatMap((file) => [file, ...manifestsAbove(file)]))];
}

function manifestsAbove(file) {
  const manifests = [];
  for (let folder = dirname(file); folder.startsWith('node_modules/'); folder = dirname(folder)) {
    if (existsSync(join(root, folder, 'package.json'))) manifests.push(join(folder, 'package.json'));
  }
  return manifests;
}

// A package without the native parts of other machines.
function wholePackage(name) {
  const folder = join('node_modules', name);
  const own = `${process.platform}-${process.arch}`;
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, file))
    .filter((file) => statSync(join(root, file)).isFile())
    .filter((file) => !file.startsWith(join(folder, 'dist/')) || file.startsWith(join(folder, 'dist', own)));
}

function packNode(path) {
  copyFileSync(process.execPath, path);
  chmodSync(path, 0o755);
  // Without its symbols it is smaller; a machine without binutils packs it as it is.
  if (has('strip')) execFileSync('strip', [path]);
}

function fetchDebianPackages(folder) {
  if (!has('apt-get')) {
    console.log(
      "Without Vulkan's loader: there is no apt-get here. The machine needs libvulkan.so.1 of its own.",
    );
    return;
  }
  for (const name of DEBIAN_PACKAGES) {
    try {
      execFileSync('apt-get', ['download', name], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      console.log(
        `Without ${name}: ${String(error.stderr ?? error)
          .trim()
          .split('\n')
          .at(-1)}`,
      );
    }
  }
}

function has(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => statSync(join(folder, name)))
    .filter((found) => found.isFile())
    .reduce((sum, { size }) => sum + size, 0);
}
