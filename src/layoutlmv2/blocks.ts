/**
 * How the parts of the network are run: for inference, or for training, where a part is either kept off the gradient tape
 * (nothing in or before it is trained), recorded, or recomputed in the backward pass to save memory. The network itself is
 * written once and knows none of this.
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable } from './ops/differentiable.js';

/** The weights of a part: tensors, nested by name. */
export type TensorTree =
  | tf.Tensor
  | undefined
  | { readonly [name: string]: TensorTree }
  | readonly TensorTree[];

/** A tensor that passes from part to part. */
export type Signal<T extends tf.Tensor = tf.Tensor> = {
  readonly tensor: T;
  /** Whether a trained weight has gone into it. */
  readonly tracked: boolean;
};

type Signals<X extends readonly tf.Tensor[]> = { readonly [K in keyof X]: Signal<Extract<X[K], tf.Tensor>> };

/**
 * Runs one part of the network on the outputs of other parts. `run` may use tensors besides its weights and inputs only if
 * they outlive the step, and must give the same result each time.
 */
export type RunBlock = <W extends TensorTree, X extends readonly tf.Tensor[], R extends tf.Rank>(
  weights: W,
  inputs: Signals<X>,
  run: (weights: W, ...inputs: X) => tf.Tensor<R>,
) => Signal<tf.Tensor<R>>;

/** A tensor that no trained weight has gone into: what the network reads. */
export function constantSignal<T extends tf.Tensor>(tensor: T): Signal<T> {
  return { tensor, tracked: false };
}

/** Runs parts without gradients; of each part only the result stays in memory. */
export const runForInference: RunBlock = (weights, inputs, run) =>
  constantSignal(tf.tidy(() => run(weights, ...tensorsOfSignals(inputs))));

/**
 * Runs parts as `runBlock` does, except those whose results are known: these are taken as they are. Parts that only lead to a
 * known result may be given any tensor, as nobody reads it.
 *
 * @param known results by the weights of their parts
 */
export function runUnlessKnown(runBlock: RunBlock, known: ReadonlyMap<TensorTree, tf.Tensor>): RunBlock {
  return <W extends TensorTree, X extends readonly tf.Tensor[], R extends tf.Rank>(
    weights: W,
    inputs: Signals<X>,
    run: (weights: W, ...inputs: X) => tf.Tensor<R>,
  ) => {
    const result = known.get(weights) as tf.Tensor<R> | undefined;
    return result ? constantSignal(result) : runBlock(weights, inputs, run);
  };
}

/**
 * Runs parts under `tf.variableGrads`.
 *
 * @param trained the weights that get gradients
 * @param checkpointing whether to keep only the inputs of a part and recompute it for its gradient
 */
export function createTrainingRunner(trained: ReadonlySet<tf.Tensor>, checkpointing: boolean): RunBlock {
  return (weights, inputs, run) => {
    const tensors = tensorsOfSignals(inputs);
    const inputIsTracked = (inputs as readonly Signal[]).map(({ tracked }) => tracked);
    const isTracked = [...tensorsOf(weights).map((weight) => trained.has(weight)), ...inputIsTracked];
    if (!isTracked.includes(true)) {
      // An operation without inputs is invisible to the tape, so nothing in it is recorded.
      const tensor = differentiable([], () => ({
        value: tf.clone(run(weights, ...tensors)),
        gradient: () => [],
      }));
      return constantSignal(tensor);
    }
    const tensor = checkpointing
      ? runCheckpointed(weights, tensors, isTracked, run)
      : tf.tidy(() => run(weights, ...tensors));
    return { tensor, tracked: true };
  };
}

/**
 * Runs a part whose only traces on the tape are its weights and inputs; its gradient runs the part again.
 *
 * @param isTracked for each tensor of `weights`, then each input, whether it gets a gradient
 */
function runCheckpointed<W extends TensorTree, X extends readonly tf.Tensor[], R extends tf.Rank>(
  weights: W,
  inputs: X,
  isTracked: readonly boolean[],
  run: (weights: W, ...inputs: X) => tf.Tensor<R>,
): tf.Tensor<R> {
  const all = [...tensorsOf(weights), ...inputs];
  return differentiable<R>(
    all.filter((_, index) => isTracked[index]),
    (save) => {
      save(...all);
      return {
        // A copy, as a part that changes nothing gives its input: on the tape that would be its own result, counted twice.
        value: tf.clone(run(weights, ...inputs)),
        gradient: (dy, saved) => {
          const again = (): tf.Tensor<R> => {
            const queue = saved.values();
            const weightsAgain = replaceTensors(weights, queue);
            return run(weightsAgain, ...replaceTensors(inputs, queue));
          };
          const tracked = saved.filter((_, index) => isTracked[index]);
          return nestedGradients(again, tracked, dy);
        },
      };
    },
  );
}

/** Gradients of `run` with regard to `tensors`, computed while another gradient is being computed. */
function nestedGradients(run: () => tf.Tensor, tensors: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  // TensorFlow.js ends every gradient by forgetting the tape, and with it the one that the outer gradient is reading.
  const outerTape = state.activeTape;
  try {
    const { value, grads } = freeingTape(() => tf.engine().gradients(run, tensors, dy, true));
    value.dispose();
    return tensors.map((tensor, index) => grads[index] ?? tf.zerosLike(tensor));
  } finally {
    state.activeTape = outerTape;
  }
}

/** Computes gradients; where that fails, frees what the tape has saved for the backward pass, which TensorFlow.js would not. */
export function freeingTape<T>(computeGradients: () => T): T {
  const { state } = tf.engine();
  try {
    return computeGradients();
  } catch (error) {
    for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
    state.activeTape = [];
    throw error;
  }
}

function tensorsOfSignals<X extends readonly tf.Tensor[]>(inputs: Signals<X>): X {
  return (inputs as readonly Signal[]).map(({ tensor }) => tensor) as unknown as X;
}

/** All tensors of a tree, in the order of its names. */
export function tensorsOf(tree: TensorTree): tf.Tensor[] {
  if (tree === undefined) return [];
  if (tree instanceof tf.Tensor) return [tree];
  return Object.values(tree).flatMap((branch: TensorTree) => tensorsOf(branch));
}

/** The same tree with its tensors replaced by the next ones of `queue`. */
function replaceTensors<T extends TensorTree>(tree: T, queue: Iterator<tf.Tensor>): T {
  const replace = (branch: TensorTree): TensorTree => {
    if (branch === undefined) return undefined;
    if (branch instanceof tf.Tensor) return queue.next().value;
    if (Array.isArray(branch)) return branch.map(replace);
    return Object.fromEntries(Object.entries(branch).map(([name, value]) => [name, replace(value)]));
  };
  return replace(tree) as T;
}
