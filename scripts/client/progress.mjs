// A progress bar on a terminal; elsewhere, such as in a log, a line for each tenth.
const WIDTH = 30;

export function createProgress(total, unit, { stream = process.stderr, now = () => performance.now() } = {}) {
  const startedAt = now();
  let done = 0;
  let worked = 0;
  let toldTenth = 0;

  const describe = () => {
    const share = total === 0 ? 1 : done / total;
    const seconds = (now() - startedAt) / 1000;
    const rate = worked / Math.max(seconds, 0.001);
    const left = rate > 0 ? describeSeconds((total - done) / rate) : 'unknown time';
    const speed = `${rate.toFixed(rate < 10 ? 1 : 0)} ${unit}/s`;
    return `${done} of ${total} ${unit} (${Math.floor(share * 100)} %), ${speed}, ${left} left`;
  };
  const draw = () => {
    const share = total === 0 ? 1 : done / total;
    if (stream.isTTY) {
      const filled = Math.round(share * WIDTH);
      stream.write(`\r[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${describe()}\u001b[K`);
    } else if (Math.floor(share * 10) > toldTenth) {
      toldTenth = Math.floor(share * 10);
      stream.write(`${describe()}\n`);
    }
  };

  return {
    // What was done before says nothing about the speed.
    skip(count) {
      done += count;
      draw();
    },
    step() {
      done += 1;
      worked += 1;
      draw();
    },
    end() {
      if (stream.isTTY) stream.write('\n');
    },
  };
}

function describeSeconds(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
