/**
 * A typed front of `tf.customGrad`: an operation that states its own gradient, so that the tape keeps only what the
 * gradient needs, or because TensorFlow.js has no gradient for it on some backend.
 */
import * as tf from '@tensorflow/tfjs';

/** What an operation computed, and how its gradient follows from that of the result. */
export type Differentiable<R extends tf.Rank> = {
  value: tf.Tensor<R>;
  /**
   * Gradients of the operation's inputs, in their order. `saved` are the tensors given to `save`: any other tensor is
   * gone by the time this runs. No two entries may be the same tensor, for the tape disposes each on its own.
   */
  gradient: (dy: tf.Tensor<R>, saved: tf.Tensor[]) => tf.Tensor[];
};

/** Runs `forward`, whose gradient with regard to `inputs` is the one it states. */
export function differentiable<R extends tf.Rank>(
  inputs: readonly tf.Tensor[],
  forward: (save: (...tensors: tf.Tensor[]) => unknown) => Differentiable<R>,
): tf.Tensor<R> {
  const operation = tf.customGrad<tf.Tensor<R>>((...inputsAndSave) => {
    const save = inputsAndSave.at(-1) as (tensors: tf.Tensor[]) => void;
    const saved: tf.Tensor[] = [];
    const { value, gradient } = forward((...tensors) => saved.push(...tensors));
    // Not before all is computed: where memory does not suffice, what the tape holds already would never be freed.
    save(saved);
    // The tape would keep what a gradient computes on its way until the whole backward pass is over.
    return { value, gradFunc: (dy, saved) => tf.tidy(() => gradient(dy, saved)) };
  });
  return operation(...inputs);
}

/** The `index`-th of a list of saved tensors, in the rank it was saved with. */
export function savedAt<R extends tf.Rank>(saved: readonly tf.Tensor[], index: number): tf.Tensor<R> {
  const tensor = saved[index];
  if (!tensor) throw new Error(`A gradient asked for saved tensor ${index} of only ${saved.length}.`);
  return tensor as tf.Tensor<R>;
}
