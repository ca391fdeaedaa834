/** Waits until the process is asked to end: by a signal, or by the death of the parent that supervises it. */

/** @returns what asked for it. A second signal while everything is being stopped ends the process at once. */
export function waitForStop(): Promise<string> {
  return new Promise((done) => {
    let isAsked = false;
    const ask = (reason: string) => {
      // Whoever presses Ctrl-C twice means it.
      if (isAsked && reason === 'SIGINT') process.exit(130);
      isAsked = true;
      done(reason);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
    process.on('disconnect', () => ask('the end of the parent process'));
  });
}
