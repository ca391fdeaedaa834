// Where TensorFlow is taken from, brought into one layout. A source is { libraries, headers, nvidia }: the paths of the main and the
// framework library, the texts of the headers that the addon needs, and the folder of NVIDIA's libraries or null.
import { existsSync, realpathSync } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

// What the addon includes of TensorFlow, and with it what those headers include.
const HEADERS = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/core/platform/ctstring_internal.h',
];

// TensorFlow's archives have some headers below the folder that the others include them from.
const HEADER_ROOTS = [
  '',
  'external/local_tsl/',
  'external/local_xla/',
  'external/xla/',
  'external/xla/third_party/tsl/',
];

// Main libraries by the name under which the addon will look for them: in wheels, and in archives of the C library.
const MAIN_LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow.so.2'];
const FRAMEWORK_LIBRARY = 'libtensorflow_framework.so.2';

// Finds the two libraries in a folder, or says which one is not there.
export function findLibraries(folder) {
  const main = MAIN_LIBRARIES.find((name) => existsSync(join(folder, name)));
  const missing = !main
    ? MAIN_LIBRARIES.join(' or ')
    : existsSync(join(folder, FRAMEWORK_LIBRARY))
      ? null
      : FRAMEWORK_LIBRARY;
  if (missing) throw new Error(`${folder} has no ${missing}.`);
  return { main: join(folder, main), framework: join(folder, FRAMEWORK_LIBRARY) };
}

// The headers that the addon needs, as pairs of their name and content. `read` gives a header's text by its path below the
// include folder, or null.
export async function collectHeaders(read) {
  const found = new Map();
  const queue = [...HEADERS];
  for (const name of queue) {
    if (found.has(name)) continue;
    let text = null;
    for (const root of HEADER_ROOTS) text ??= await read(root + name);
    if (text === null) {
      if (HEADERS.includes(name)) throw new Error(`TensorFlow's header ${name} is not there.`);
      continue;
    }
    found.set(name, text);
    queue.push(...[...text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)].map(([, included]) => included));
  }
  return found;
}

// A folder that someone has: the unpacked archive of the C library, an unpacked wheel, or Python's site-packages.
export async function sourceOfFolder(folder) {
  const layouts = [
    { libraries: join(folder, 'lib'), include: join(folder, 'include') },
    { libraries: join(folder, 'tensorflow'), include: join(folder, 'tensorflow', 'include') },
    { libraries: folder, include: join(folder, 'include') },
  ];
  const layout = layouts.find(({ libraries }) =>
    MAIN_LIBRARIES.some((name) => existsSync(join(libraries, name))),
  );
  if (!layout) {
    throw new Error(
      `${folder} has no TensorFlow: neither lib/libtensorflow.so.2 (the C library's archive, unpacked), nor ` +
        'tensorflow/libtensorflow_cc.so.2 (a wheel, unpacked, or site-packages), nor a wheel tensorflow*.whl.',
    );
  }
  const nvidia = [join(folder, 'nvidia'), join(dirname(layout.libraries), 'nvidia')].find(existsSync);
  return {
    libraries: findLibraries(layout.libraries),
    headers: await collectHeaders((name) => readOrNull(join(layout.include, name))),
    nvidia: nvidia ?? null,
  };
}

const ABOUT = 'source.json';

// Stores a source in a folder of the cache, which is there only once all of it is. `about` is { name, cuda }; `fill` gets the
// folder to fill. What is stored already stays, unless it is to be replaced.
export async function store({ folder, about, replace, fill }) {
  if (existsSync(folder) && !replace) return folder;
  const partial = `${folder}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    await writeFile(join(partial, ABOUT), JSON.stringify(about));
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

// The newest source in the cache that is, or is not, for CUDA: { folder, name }, or undefined.
export async function findStored(cacheFolder, cuda) {
  const names = existsSync(cacheFolder)
    ? (await readdir(cacheFolder)).filter((name) => !name.includes('.partial-'))
    : [];
  const found = [];
  for (const folder of names.map((name) => join(cacheFolder, name))) {
    const text = await readOrNull(join(folder, ABOUT));
    const about = text ? JSON.parse(text) : null;
    if (about?.cuda === cuda)
      found.push({ folder, name: about.name, time: (await stat(join(folder, ABOUT))).mtimeMs });
  }
  return found.sort((a, b) => b.time - a.time)[0];
}

// Writes the headers of a source to a folder.
export async function writeHeaders(headers, folder) {
  for (const [name, text] of headers) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

// Puts libraries and headers where the addon is compiled against and loads them from: `deps` in the package's folder. Large
// files are linked where the file system allows, so that they take no room twice.
export async function place(source, deps) {
  await rm(deps, { recursive: true, force: true });
  const lib = join(deps, 'lib');
  await mkdir(lib, { recursive: true });
  await writeHeaders(source.headers, join(deps, 'include'));
  for (const [path, plainName] of [
    [source.libraries.main, 'libtensorflow.so'],
    [source.libraries.framework, 'libtensorflow_framework.so'],
  ]) {
    const name = basename(path);
    await linkOrCopy(path, join(lib, name));
    // The linker looks for the plain name, and notes in the addon the name that the library gives itself.
    await symlink(name, join(lib, plainName));
  }
  if (source.nvidia) await placeTree(source.nvidia, join(deps, 'nvidia'));
}

async function placeTree(from, to) {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, destination] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await placeTree(source, destination);
    else if (/\.so(\.|$)/.test(entry.name)) await linkOrCopy(source, destination);
  }
}

async function linkOrCopy(from, to) {
  const file = realpathSync(from);
  try {
    await link(file, to);
  } catch (error) {
    // Another file system, one without hard links, or a file of another owner.
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EACCES'].includes(error.code)) throw error;
    await copyFile(file, to);
  }
}

async function readOrNull(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  }
}
