// Compiles the native part of @tensorflow/tfjs-node-gpu. It is two C++ files against Node-API, whose binary interface is the same
// in every Node, so one compilation serves all. The compiler is called without node-gyp, which would want Python.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { lastLines, run } from '../run-program.mjs';

const ADDON = 'tfjs_binding.node';

// Where the package looks for its addon: in a folder for the newest version of Node-API that both it and this Node know.
export async function addonPath(packageFolder) {
  return join(packageFolder, 'lib', `napi-v${await napiVersion(packageFolder)}`, ADDON);
}

// Compiles the addon against the libraries and headers in the package's `deps`, or takes it from the cache.
export async function buildAddon({ packageFolder, cacheFolder, say }) {
  const sources = await readSources(packageFolder);
  const key = createHash('sha256');
  for (const { name, text } of sources) key.update(name).update(text);
  const deps = join(packageFolder, 'deps');
  for (const path of await headersIn(join(deps, 'include'))) key.update(await readFile(path));
  key.update((await readdir(join(deps, 'lib'))).sort().join());
  const cached = join(
    cacheFolder,
    `addon-${key.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`,
    ADDON,
  );
  const destination = await addonPath(packageFolder);
  await mkdir(dirname(destination), { recursive: true });
  if (!existsSync(cached)) {
    await mkdir(dirname(cached), { recursive: true });
    await compile({ packageFolder, sources, destination, say, log: join(dirname(cached), 'compile.log') });
    await copyFile(destination, cached);
  } else {
    say('The addon was compiled before; it is in the cache.');
    // A new file, as another process may be running the old one.
    await rm(destination, { force: true });
    await copyFile(cached, destination);
  }
}

async function compile({ packageFolder, sources, destination, log, say }) {
  const compiler = await findCompiler();
  const headers = await findNodeHeaders(dirname(log), say);
  say(`Compiling the addon with ${compiler}, half a minute ...`);
  const deps = join(packageFolder, 'deps');
  const args = [
    ...['-shared', '-fPIC', '-O2', '-std=c++17', '-pthread'],
    `-DNAPI_VERSION=${await napiVersion(packageFolder)}`,
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    ...['-I', headers, '-I', join(deps, 'include'), '-I', packageFolder],
    ...sources.filter(({ name }) => name.endsWith('.cc')).map(({ path }) => path),
    // Found from wherever the package lies: lib/napi-v8 and deps/lib are neighbours.
    ...[
      '-L',
      join(deps, 'lib'),
      '-ltensorflow',
      '-ltensorflow_framework',
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ],
    ...['-o', destination],
  ];
  const { status, output } = await run(compiler, args);
  await writeFile(log, `${compiler} ${args.join(' ')}\n\n${output}`);
  if (status !== 0)
    throw new Error(
      `The addon cannot be compiled; all the compiler said is in ${log}:\n${lastLines(output)}`,
    );
}

async function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  for (const compiler of candidates) {
    const { status } = await run(compiler, ['--version']);
    if (status === 0) return compiler;
  }
  throw new Error(
    `There is no C++ compiler (${candidates.join(', ')}). Install one: "apt-get install g++" on Debian and Ubuntu, "dnf install ` +
      'gcc-c++" on Fedora and RHEL, "apk add g++" on Alpine.',
  );
}

// Headers of Node-API: those of a Node that is installed with them, or downloaded by the node-gyp that comes with npm.
async function findNodeHeaders(folder, say) {
  const gypCache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'node-gyp');
  const downloaded = async (root) =>
    (await namesIn(root))
      .sort()
      .reverse()
      .map((version) => join(root, version, 'include', 'node'));
  const own = join(folder, 'node');
  const candidates = [
    ...[process.env.npm_config_nodedir, dirname(dirname(process.execPath)), '/usr/local', '/usr']
      .filter((prefix) => prefix)
      .map((prefix) => join(prefix, 'include', 'node')),
    ...(await downloaded(gypCache)),
    ...(await downloaded(own)),
  ];
  const found = candidates.find((path) => existsSync(join(path, 'node_api.h')));
  if (found) return found;
  const gyp = await findNodeGyp();
  say('Downloading the headers of Node ...');
  const { status, output } = await run(process.execPath, [gyp, 'install', `--devdir=${own}`]);
  const [header] = (await downloaded(own)).filter((path) => existsSync(join(path, 'node_api.h')));
  if (status !== 0 || !header) {
    throw new Error(
      `Node's headers (node_api.h) are neither beside this Node nor in ${candidates.join(', ')}, and cannot be downloaded: ` +
        `${lastLines(output, 2)} If they are somewhere else, set npm_config_nodedir to the folder above include/node.`,
    );
  }
  return header;
}

async function findNodeGyp() {
  // npm tells its scripts where it is; else it lies beside Node.
  const npm =
    process.env.npm_execpath ??
    join(dirname(dirname(process.execPath)), 'lib/node_modules/npm/bin/npm-cli.js');
  const gyp = join(dirname(dirname(npm)), 'node_modules/node-gyp/bin/node-gyp.js');
  if (!existsSync(gyp))
    throw new Error(`npm's node-gyp, which could download Node's headers, is not at ${gyp}.`);
  return gyp;
}

async function readSources(packageFolder) {
  const folder = join(packageFolder, 'binding');
  const names = (await namesIn(folder)).filter((name) => /\.(cc|h)$/.test(name)).sort();
  if (names.length === 0) throw new Error(`${folder} has no sources to compile.`);
  return await Promise.all(
    names.map(async (name) => ({
      name,
      path: join(folder, name),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  );
}

async function headersIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
}

async function napiVersion(packageFolder) {
  const { binary } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  return Math.max(...binary.napi_versions.filter((version) => version <= Number(process.versions.napi)));
}

async function namesIn(folder) {
  return existsSync(folder) ? await readdir(folder) : [];
}
