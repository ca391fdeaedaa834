/**
 * Installing TensorFlow, with a small library in TensorFlow's place: one function, and an addon that calls it. Everything else is
 * real: the compiler, pip, a web server, the wheels and archives.
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wheelOf } from './wheel-files.js';

const succeeds = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const compiler = process.env.CXX ?? 'c++';
const hasCompiler = succeeds(compiler, '--version');
const hasPip = succeeds('python3', '-m', 'pip', '--version');

/** Headers by the names that the addon's sources need, the last in a place that only TensorFlow's archives have. */
const headers: Record<string, string> = {
  'tensorflow/c/c_api.h':
    '#include "tensorflow/c/tf_status.h"\n  #  include "tsl/deep.h"\n#include "not/there.h"\nextern "C" const char* TF_Version();\n',
  'tensorflow/c/eager/c_api.h': '',
  'tensorflow/c/tf_datatype.h': '',
  'tensorflow/c/tf_status.h': '',
  'tensorflow/c/tf_tensor.h': '',
  'tensorflow/core/platform/ctstring_internal.h': '',
  'tsl/deep.h': '#define DEEP 1\n',
  'tensorflow/unused.h': '',
};
// The header that includes it would not compile.
headers['not/there.h'] = '';

const addonSource = `
#include <node_api.h>
#include "tensorflow/c/c_api.h"
NAPI_MODULE_INIT() {
  napi_value version;
  napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &version);
  return version;
}`;

let folder: string;
/** In TensorFlow's place: the two libraries, compiled once. */
let libraries: { main: Buffer; framework: Buffer };
let server: Server;
const served = new Map<string, Buffer>();

beforeAll(async () => {
  const made = await mkdtemp(join(tmpdir(), 'classeur-libraries-'));
  if (hasCompiler) {
    const compile = (name: string, source: string): Promise<Buffer> => {
      const output = join(made, name);
      const args = ['-shared', '-fPIC', '-x', 'c++', '-', `-Wl,-soname,${name}`, '-o', output];
      const { status, stderr } = spawnSync(compiler, args, { input: source, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return readFile(output);
    };
    libraries = {
      main: await compile('libtensorflow_cc.so.2', 'extern "C" const char* TF_Version() { return "9.8.7"; }'),
      framework: await compile('libtensorflow_framework.so.2', 'extern "C" void nothing() {}'),
    };
  } else libraries = { main: Buffer.from('main'), framework: Buffer.from('framework') };
  await rm(made, { recursive: true });
  server = createServer((request, response) => {
    const content = served.get(request.url ?? '');
    response.writeHead(content ? 200 : 404);
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classeur-install-'));
  const files = {
    'package/package.json': JSON.stringify({ binary: { napi_versions: [3, 8, 9999] } }),
    'package/binding/addon.cc': addonSource,
    'package/binding/unused.h': '',
  };
  await writeFiles(folder, files);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function writeFiles(root: string, files: Record<string, string | Buffer>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

type Outcome = { status: number; output: string };

/** Runs the installer on the package in `folder`, with a cache of its own and no settings of this machine's pip. */
function install(args: string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const options = ['scripts/tensorflow-install.mjs', '--package', join(folder, 'package'), '--no-verify'];
  const env = {
    ...process.env,
    XDG_CACHE_HOME: join(folder, 'cache'),
    PIP_CONFIG_FILE: '/dev/null',
    ...environment,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [...options, ...args], { env }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

/** What the compiled addon gives, in a process of its own. */
function installedVersion(): string {
  const path = join(folder, 'package/lib/napi-v8/tfjs_binding.node');
  const { stdout } = spawnSync(process.execPath, ['-p', `require(${JSON.stringify(path)})`], {
    encoding: 'utf8',
  });
  return stdout.trim();
}

/** A folder as the archive of TensorFlow's C library unpacks to. */
async function writeCLibrary(root: string): Promise<void> {
  const include = Object.entries(headers).map(([name, text]) => {
    const place = name.startsWith('tsl/') ? `external/local_tsl/${name}` : name;
    return [`include/${place}`, text] as const;
  });
  await writeFiles(root, {
    'lib/libtensorflow_cc.so.2': libraries.main,
    'lib/libtensorflow_framework.so.2.9.8': libraries.framework,
    ...Object.fromEntries(include),
  });
  await symlink('libtensorflow_framework.so.2.9.8', join(root, 'lib/libtensorflow_framework.so.2'));
}

const wheelFiles = (): Record<string, string | Buffer> => ({
  'tensorflow/libtensorflow_cc.so.2': libraries.main,
  'tensorflow/libtensorflow_framework.so.2': libraries.framework,
  'tensorflow/__init__.py': 'raise ImportError("nobody imports this")',
  ...Object.fromEntries(Object.entries(headers).map(([name, text]) => [`tensorflow/include/${name}`, text])),
});

describe.runIf(hasCompiler)('TensorFlow is installed', () => {
  it('from a wheel, of which the libraries and the headers that are needed are taken', async () => {
    const wheel = wheelOf('tensorflow_cpu', '9.8.7', wheelFiles());
    await writeFiles(folder, { 'wheels/tensorflow_cpu-9.8.7-py3-none-any.whl': wheel });
    const { status, output } = await install(['--from', join(folder, 'wheels')]);
    expect(output).toContain('TensorFlow 9.8.7 from the wheel tensorflow_cpu');
    expect(status).toBe(0);
    expect(installedVersion()).toBe('9.8.7');
    const include = await readdir(join(folder, 'package/deps/include'), { recursive: true });
    expect(include).toContain('tsl/deep.h');
    expect(include).not.toContain('tensorflow/unused.h');
  });

  it('from an archive of the C library, whose hash is checked', async () => {
    await writeCLibrary(join(folder, 'library'));
    const { stdout: archive } = spawnSync('tar', ['-czf', '-', '-C', join(folder, 'library'), '.']);
    served.set('/tensorflow/libtensorflow.tar.gz', archive);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tensorflow/libtensorflow.tar.gz`;
    const sha256 = createHash('sha256').update(archive).digest('hex');

    const wrong = await install(['--archive', url, '--sha256', sha256.replace(/^../, 'zz')]);
    expect(wrong).toMatchObject({
      status: 1,
      output: expect.stringContaining(`its SHA-256 is ${sha256} instead`),
    });
    const missing = await install(['--archive', `${url}.gone`]);
    expect(missing).toMatchObject({ status: 1, output: expect.stringContaining('the server answered 404') });
    expect(existsSync(join(folder, 'package/deps'))).toBe(false);

    const { status, output } = await install(['--archive', url, '--sha256', sha256]);
    expect(output).toContain(`Taking TensorFlow from ${url}.`);
    expect(status).toBe(0);
    expect(installedVersion()).toBe('9.8.7');
    const left = await readdir(join(folder, 'cache/classeur/tensorflow'));
    expect(left.filter((name) => /partial|\.tar/.test(name))).toEqual([]);
  });

  it('from a folder, once: a second run finds it, and one after npm ci compiles nothing', async () => {
    await writeCLibrary(join(folder, 'library'));
    const args = ['--from', join(folder, 'library')];
    expect(await install(args)).toMatchObject({ status: 0, output: expect.stringContaining('Compiling') });
    const again = await install(args);
    expect(again).toMatchObject({
      status: 0,
      output: expect.stringContaining('It is installed: TensorFlow from'),
    });
    expect(again.output).not.toContain('Compiling');
    await rm(join(folder, 'package/deps'), { recursive: true });
    await rm(join(folder, 'package/lib'), { recursive: true });
    const afterNpmCi = await install(args);
    expect(afterNpmCi).toMatchObject({ status: 0, output: expect.stringContaining('compiled before') });
    expect(installedVersion()).toBe('9.8.7');
  });

  it("from site-packages, with NVIDIA's libraries beside it", async () => {
    await writeFiles(join(folder, 'site-packages'), {
      ...wheelFiles(),
      'nvidia/cudnn/lib/libcudnn.so.9': 'a library',
      'nvidia/cudnn/include/cudnn.h': 'no library',
    });
    expect(await install(['--cuda', '--from', join(folder, 'site-packages')])).toMatchObject({ status: 0 });
    const placed = await readdir(join(folder, 'package/deps/nvidia/cudnn'), { recursive: true });
    expect(placed.sort()).toEqual(['include', 'lib', 'lib/libcudnn.so.9']);
  });

  it('not without a compiler, and not if the compiler fails, of which there is a log', async () => {
    await writeCLibrary(join(folder, 'library'));
    const args = ['--from', join(folder, 'library')];
    const noCompiler = await install(args, { CXX: join(folder, 'no-compiler') });
    expect(noCompiler).toMatchObject({ status: 1, output: expect.stringContaining('apt-get install g++') });
    await writeFile(join(folder, 'package/binding/addon.cc'), '#error "does not compile"\n');
    const { status, output } = await install(args);
    expect(status).toBe(1);
    const [, log = ''] = /all the compiler said is in (\S+\.log)/.exec(output) ?? [];
    expect(await readFile(log, 'utf8')).toContain('does not compile');
  });
});

describe.runIf(hasCompiler && hasPip)('pip finds TensorFlow', () => {
  it('for the processor, and afterwards it comes from the cache', async () => {
    const wheel = wheelOf('tensorflow_cpu', '9.8.7', wheelFiles());
    await writeFiles(folder, { 'index/tensorflow_cpu-9.8.7-py3-none-any.whl': wheel });
    const pip = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(folder, 'index') };
    expect(await install(['--python', 'python3'], pip)).toMatchObject({ status: 0 });
    expect(installedVersion()).toBe('9.8.7');
    await rm(join(folder, 'package/deps'), { recursive: true });
    const offline = await install([], { PATH: dirname(process.execPath) });
    expect(offline).toMatchObject({ status: 0, output: expect.stringContaining('Taking TensorFlow 9.8.7') });
  });

  it("for GPUs, with NVIDIA's libraries that its wheel names", async () => {
    const metadata =
      'Requires-Dist: numpy>=1.26\n' +
      'Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3; extra == "and-cuda"\n' +
      'Requires-Dist: nvidia-cuda-nvcc-cu12; extra == "and-cuda"\n';
    const nvidia = {
      'nvidia/cudnn/lib/libcudnn.so.9': 'a library',
      'nvidia/cudnn/include/cudnn.h': 'a header',
    };
    await writeFiles(folder, {
      'index/tensorflow-9.8.7-py3-none-any.whl': wheelOf('tensorflow', '9.8.7', wheelFiles(), { metadata }),
      'index/nvidia_cudnn_cu12-9.4.0-py3-none-any.whl': wheelOf('nvidia_cudnn_cu12', '9.4.0', nvidia),
      'index/nvidia_cudnn_cu12-10.0-py3-none-any.whl': wheelOf('nvidia_cudnn_cu12', '10.0', {}),
    });
    const pip = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(folder, 'index') };
    const { status, output } = await install(['--cuda', '--python', 'python3'], pip);
    expect(output).toContain('Taking TensorFlow 9.8.7 from the wheel tensorflow and NVIDIA');
    expect(status).toBe(0);
    expect(await readFile(join(folder, 'package/deps/nvidia/cudnn/lib/libcudnn.so.9'), 'utf8')).toBe(
      'a library',
    );
  });
});

describe('what cannot be installed is named', () => {
  it('a wheel whose library is not what the wheel says', async () => {
    const library = 'tensorflow/libtensorflow_cc.so.2';
    const wheel = wheelOf('tensorflow_cpu', '9.8.7', wheelFiles(), { damaged: [library] });
    await writeFiles(folder, { 'wheels/tensorflow_cpu-9.8.7-py3-none-any.whl': wheel });
    const { status, output } = await install(['--from', join(folder, 'wheels')]);
    expect(status).toBe(1);
    expect(output).toMatch(/libtensorflow_cc\.so\.2 in .* is damaged: its SHA-256 is/);
    expect(existsSync(join(folder, 'package/deps'))).toBe(false);
  });

  it.each([
    [
      'is cut off',
      (wheel: Buffer) => wheel.subarray(0, wheel.length / 2),
      /no ZIP archive, or its end is missing/,
    ],
    [
      'has a damaged directory',
      (wheel: Buffer) => damageDirectory(wheel),
      /damaged directory at its entry 0/,
    ],
  ])('a wheel that %s', async (_, damage, message) => {
    const wheel = wheelOf('tensorflow_cpu', '9.8.7', wheelFiles());
    await writeFiles(folder, { 'wheels/tensorflow_cpu-9.8.7-py3-none-any.whl': damage(wheel) });
    const { status, output } = await install(['--from', join(folder, 'wheels')]);
    expect(output).toMatch(message);
    expect(status).toBe(1);
  });

  it('a wheel without the C library or its headers', async () => {
    const { 'tensorflow/libtensorflow_cc.so.2': _main, ...noLibrary } = wheelFiles();
    const { 'tensorflow/include/tensorflow/c/tf_tensor.h': _header, ...noHeader } = wheelFiles();
    for (const [files, message] of [
      [noLibrary, /has no libtensorflow_cc\.so\.2/],
      [noHeader, /header tensorflow\/c\/tf_tensor\.h is not there/],
    ] as const) {
      const wheel = wheelOf('tensorflow_cpu', '9.8.7', files);
      await writeFiles(folder, { 'wheels/tensorflow_cpu-9.8.7-py3-none-any.whl': wheel });
      const { status, output } = await install(['--from', join(folder, 'wheels')]);
      expect(output).toMatch(message);
      expect(status).toBe(1);
    }
  });

  it('a wheel for CPUs where one for GPUs is wanted', async () => {
    const wheel = wheelOf('tensorflow_cpu', '9.8.7', wheelFiles());
    await writeFiles(folder, { 'wheels/tensorflow_cpu-9.8.7-py3-none-any.whl': wheel });
    const { status, output } = await install(['--cuda', '--from', join(folder, 'wheels')]);
    expect(output).toContain('is built for CPUs');
    expect(status).toBe(1);
  });

  it('a folder that is not there, or has no TensorFlow', async () => {
    const gone = await install(['--from', join(folder, 'gone')]);
    expect(gone).toMatchObject({ status: 1, output: expect.stringContaining('does not exist') });
    await mkdir(join(folder, 'empty'));
    const empty = await install(['--from', join(folder, 'empty')]);
    expect(empty).toMatchObject({ status: 1, output: expect.stringContaining('has no TensorFlow') });
  });

  it('nothing to take it from: neither pip nor the network', async () => {
    // A Python without pip, and a proxy-less process that may resolve no host: nothing listens on this port of its own machine.
    const python = join(folder, 'python-without-pip');
    await writeFile(python, '#!/bin/sh\nexit 1\n');
    chmodSync(python, 0o755);
    const { status, output } = await install(['--python', python], { NODE_OPTIONS: `--import=${offline()}` });
    expect(output).toContain('There is no TensorFlow to be had');
    expect(output).toContain('with pip');
    expect(status).toBe(3);
  });
});

/** The wheel with another signature before the first entry of its directory. */
function damageDirectory(wheel: Buffer): Buffer {
  const damaged = Buffer.from(wheel);
  damaged.write('PK..', wheel.indexOf('PK\x01\x02', 0, 'latin1'), 'latin1');
  return damaged;
}

/** A module that takes the network away from the process that imports it. */
function offline(): string {
  const code =
    "import dns from 'node:dns'; dns.lookup = (host, options, done) => done(new Error('no network'));";
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
