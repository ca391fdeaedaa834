// Running other programs: found or not, succeeded or not, and what they wrote.
import { spawn } from 'node:child_process';

// Runs a program to its end. With `show`, what it writes is also shown as it comes. Gives { status, output }; a program that
// does not exist has the status null; one that takes longer than `timeoutMs` is ended.
export function run(command, args, { env = process.env, cwd, show = false, timeoutMs = 0 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    let output = '';
    for (const [stream, shown] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.on('data', (chunk) => {
        output += chunk;
        if (show) shown.write(chunk);
      });
    }
    child.on('error', (error) => resolve({ status: null, output: error.message }));
    child.on('close', (status, signal) =>
      resolve({
        status: status ?? (signal ? 1 : null),
        output: signal ? `${output}\nended by ${signal}` : output,
      }),
    );
  });
}

// The last lines of what a program wrote, for an error message.
export function lastLines(output, count = 5) {
  return output.trim().split('\n').slice(-count).join('\n');
}

// The last line that is a JSON object, or null: what a program of ours found, whatever else it or its libraries wrote.
export function lastJson(output) {
  const line = output.split('\n').findLast((text) => text.startsWith('{"'));
  return line ? JSON.parse(line) : null;
}
