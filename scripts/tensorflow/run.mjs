// Running other programs: found or not, succeeded or not, and what they wrote.
import { spawn } from 'node:child_process';

// Runs a program to its end. With `show`, what it writes is also shown as it comes. Gives { status, output }; a program that
// does not exist has the status null.
export function run(command, args, { env = process.env, cwd, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
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
