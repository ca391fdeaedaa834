// TensorFlow from its official Python wheels: downloaded by pip, which chooses the build for this machine and checks the index's
// hashes, or given. Nothing of them is installed into Python; the libraries and a few headers are taken out.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, run } from '../run-program.mjs';
import { collectHeaders, findLibraries, store, writeHeaders } from './source.mjs';
import { extractEntry, openZip, readEntry } from './zip.mjs';

// The first version whose wheels are known to hold the C library and its headers.
const OLDEST = '2.16';

// TensorFlow for CPUs alone is a third of the size; not every platform has it.
const PACKAGES = { cpu: ['tensorflow-cpu', 'tensorflow'], cuda: ['tensorflow'] };

// The compiler for CUDA programs is for TensorFlow's just-in-time compiler, which the network does not use.
const UNUSED_NVIDIA = /^nvidia-cuda-nvcc/;

// Finds a Python with pip: the one asked for, or those on the path from the newest. Gives commands, the best first.
export async function findPythons(wanted) {
  const candidates = wanted
    ? [wanted]
    : ['python3', 'python', ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];
  const found = new Map();
  for (const command of candidates) {
    const { status, output } = await run(command, [
      '-c',
      'import pip, sys; print(sys.executable, sys.version_info[:2])',
    ]);
    const identity = lastLines(output, 1);
    if (status === 0 && !found.has(identity)) found.set(identity, command);
  }
  return [...found.values()];
}

// Downloads TensorFlow's wheel into `folder`, with NVIDIA's for `cuda`. Gives null, and says why in `reasons`, if no Python
// finds one.
export async function downloadWheels({ pythons, cuda, folder, reasons, say }) {
  for (const python of pythons) {
    for (const name of PACKAGES[cuda ? 'cuda' : 'cpu']) {
      say(`Asking pip of ${python} for ${name} ...`);
      const failure = await pipDownload(python, [`${name}>=${OLDEST}`], folder);
      if (failure) {
        reasons.push(`pip of ${python} has no ${name}: ${failure}`);
        continue;
      }
      if (cuda) await downloadNvidia(python, folder, say);
      return folder;
    }
  }
  return null;
}

async function downloadNvidia(python, folder, say) {
  const wheel = await openZip(join(folder, await findWheel(folder)));
  try {
    const metadata = (await readEntry(wheel, distInfo(wheel, 'METADATA'))).toString('utf8');
    const wanted = nvidiaRequirements(metadata);
    if (wanted.length === 0)
      throw new Error(`${wheel.path} names no NVIDIA libraries: it is built for CPUs only.`);
    say(`Asking pip of ${python} for NVIDIA's libraries (${wanted.length}), some gigabytes ...`);
    const failure = await pipDownload(python, wanted, folder);
    if (failure)
      throw new Error(`pip of ${python} has not all of NVIDIA's libraries that TensorFlow wants: ${failure}`);
  } finally {
    await wheel.close();
  }
}

// What a wheel's metadata wants for its extra `and-cuda`, as pip's arguments.
function nvidiaRequirements(metadata) {
  return [...metadata.matchAll(/^Requires-Dist:\s*([^;\r\n]+);(.*)$/gm)]
    .filter(([, , marker]) => /extra\s*==\s*["']and-cuda["']/.test(marker))
    .map(([, requirement]) => requirement.replace(/[\s()]/g, ''))
    .filter((requirement) => requirement.startsWith('nvidia') && !UNUSED_NVIDIA.test(requirement));
}

async function pipDownload(python, requirements, folder) {
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--retries=1',
    '--disable-pip-version-check',
    '--dest',
    folder,
  ];
  const { status, output } = await run(python, ['-m', 'pip', 'download', ...options, ...requirements], {
    show: true,
  });
  return status === 0 ? null : lastLines(output.replace(/^WARNING:.*$/gm, ''), 2).replace(/\s+/g, ' ');
}

// The name of TensorFlow's wheel in a folder, or undefined.
export async function findWheel(folder) {
  const names = await readdir(folder);
  return names
    .filter((name) => /^tensorflow(_cpu)?(_aws)?-.*\.whl$/.test(name))
    .sort()
    .at(-1);
}

// Unpacks the wheels of a folder into the cache. Gives { folder, name }.
export async function unpackWheels({ wheels, cacheFolder, cuda, replace, say }) {
  const wheelName = await findWheel(wheels);
  const [project, version] = wheelName.split('-');
  if (cuda && project !== 'tensorflow')
    throw new Error(`${wheelName} in ${wheels} is built for CPUs; --cuda needs tensorflow-*.whl.`);
  const name = `TensorFlow ${version} from the wheel ${project}${cuda ? " and NVIDIA's" : ''}`;
  const folder = join(
    cacheFolder,
    `${project}-${version}${cuda ? '-cuda' : ''}-${process.platform}-${process.arch}`,
  );
  const fill = async (destination) => {
    say(`Unpacking ${wheelName} ...`);
    await unpackTensorFlow(join(wheels, wheelName), destination);
    if (!cuda) return;
    const nvidia = (await readdir(wheels)).filter((file) => /^nvidia_.*\.whl$/.test(file));
    if (nvidia.length === 0) throw new Error(`${wheels} has no wheels of NVIDIA's libraries (nvidia_*.whl).`);
    for (const file of nvidia) {
      say(`Unpacking ${file} ...`);
      await unpackNvidia(join(wheels, file), destination);
    }
  };
  return { folder: await store({ folder, about: { name, cuda }, replace, fill }), name };
}

async function unpackTensorFlow(path, destination) {
  const wheel = await openZip(path);
  try {
    const records = await readRecords(wheel);
    const libraries = [...wheel.entries.keys()].filter((entry) =>
      /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(entry),
    );
    for (const entry of libraries)
      await extractChecked(
        wheel,
        entry,
        records,
        join(destination, 'lib', entry.slice('tensorflow/'.length)),
      );
    findLibraries(join(destination, 'lib'));
    const headers = await collectHeaders(async (name) => {
      const entry = `tensorflow/include/${name}`;
      return wheel.entries.has(entry) ? (await readEntry(wheel, entry)).toString('utf8') : null;
    });
    await writeHeaders(headers, join(destination, 'include'));
  } finally {
    await wheel.close();
  }
}

async function unpackNvidia(path, destination) {
  const wheel = await openZip(path);
  try {
    const records = await readRecords(wheel);
    const libraries = [...wheel.entries.keys()].filter((entry) =>
      /^nvidia\/[^/]+\/lib\/[^/]+\.so(\.\d+)*$/.test(entry),
    );
    for (const entry of libraries) await extractChecked(wheel, entry, records, join(destination, entry));
  } finally {
    await wheel.close();
  }
}

// The hashes that a wheel states of its own files.
async function readRecords(wheel) {
  const record = (await readEntry(wheel, distInfo(wheel, 'RECORD'))).toString('utf8');
  return new Map(
    [...record.matchAll(/^"?([^,"\r\n]+)"?,sha256=([^,\s]+),/gm)].map(([, name, hash]) => [name, hash]),
  );
}

async function extractChecked(wheel, entry, records, destination) {
  const hash = await extractEntry(wheel, entry, destination);
  const stated = records.get(entry);
  if (hash !== stated) {
    throw new Error(
      `${entry} in ${wheel.path} is damaged: its SHA-256 is ${hash}, but the wheel states ${stated ?? 'none'}.`,
    );
  }
}

function distInfo(wheel, file) {
  const name = [...wheel.entries.keys()].find((entry) => entry.endsWith(`.dist-info/${file}`));
  if (!name) throw new Error(`${wheel.path} is no wheel: it has no ${file}.`);
  return name;
}
