/** Runs operations of TensorFlow that TensorFlow.js has no kernel for. Only for the engine `tensorflow`. */
import * as tf from '@tensorflow/tfjs';

/** The part of TensorFlow.js' backend for Node that executes operations. */
type NativeBackend = {
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number; TF_INT32: number };
  executeSingleOutput(
    name: string,
    attributes: { name: string; type: number; value: number }[],
    inputs: tf.Tensor[],
  ): tf.Tensor;
};

/**
 * Runs an operation that has one result and whose attributes are all types of tensors.
 *
 * @param name as TensorFlow spells it
 */
export function runOperation<R extends tf.Rank>(
  name: string,
  types: Readonly<Record<string, 'float32' | 'int32'>>,
  inputs: readonly tf.Tensor[],
): tf.Tensor<R> {
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const attributes = Object.entries(types).map(([attribute, dtype]) => ({
    name: attribute,
    type: TF_ATTR_TYPE,
    value: dtype === 'int32' ? TF_INT32 : TF_FLOAT,
  }));
  return backend.executeSingleOutput(name, attributes, [...inputs]) as tf.Tensor<R>;
}
