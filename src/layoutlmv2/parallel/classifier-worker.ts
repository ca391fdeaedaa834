/**
 * The inside of a thread that classifies: an engine and a network of its own. It asks for the weights one at a time, then
 * answers one request after another.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { loadPageClassifier, type PageClassifier } from '../classifier.js';
import { startEngine } from '../engine.js';
import type { Weight } from '../parameters.js';
import type { ThreadOptions, ThreadReply, ThreadRequest } from './thread-messages.js';

if (!parentPort) throw new Error('This file is the inside of a worker thread.');
const port = parentPort;
const { engine, config, labelCount } = workerData as ThreadOptions;

let weightAsked: { resolve(weight: Weight): void; reject(error: Error): void } | undefined;
let classifier: PageClassifier | undefined;

const answer = (reply: ThreadReply): void => port.postMessage(reply);

port.on('message', (request: ThreadRequest) => {
  if (request.kind === 'weight') weightAsked?.resolve(request.weight);
  else if (request.kind === 'noWeight') weightAsked?.reject(new Error(request.reason));
  else void answerWith(async () => ({ kind: 'classified', results: await classify(request.pages) }));
});

void answerWith(async () => {
  await startEngine(engine);
  classifier = await loadPageClassifier({ config, labelCount, readWeight: askForWeight });
  return { kind: 'ready' };
});

function askForWeight(name: string): Promise<Weight> {
  return new Promise((resolve, reject) => {
    weightAsked = { resolve, reject };
    answer({ kind: 'needsWeight', name });
  });
}

async function classify(pages: Parameters<PageClassifier['classify']>[0]) {
  if (!classifier) throw new Error('The thread was given pages before it was ready.');
  return classifier.classify(pages, { batchSize: Math.max(1, pages.length) });
}

async function answerWith(work: () => Promise<ThreadReply>): Promise<void> {
  try {
    answer(await work());
  } catch (error) {
    // After a trap, such as exhausted memory, nobody knows the state of the engine: the thread ends, its owner starts another.
    if (isTrap(error)) throw error;
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

/** WebAssembly.RuntimeError, which Node's types do not have as a value. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}
