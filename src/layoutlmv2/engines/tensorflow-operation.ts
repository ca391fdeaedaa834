/** Runs operations of TensorFlow that TensorFlow.js has no kernel for. Only for the engine `tensorflow`. */
import * as tf from '@tensorflow/tfjs';

type NativeAttribute = { name: string; type: number; value: number | boolean };

/** The part of TensorFlow.js' backend for Node that executes operations. */
type NativeBackend = {
  binding: {
    TF_ATTR_TYPE: number;
    TF_ATTR_FLOAT: number;
    TF_ATTR_BOOL: number;
    TF_FLOAT: number;
    TF_INT32: number;
  };
  executeMultipleOutputs(
    name: string,
    attributes: NativeAttribute[],
    inputs: tf.Tensor[],
    outputCount: number,
  ): tf.Tensor[];
};

/** Attributes of an operation by name: types of tensors, numbers, flags. */
type Attributes = Readonly<Record<string, 'float32' | 'int32' | number | boolean>>;

/**
 * Runs an operation that has one result.
 *
 * @param name as TensorFlow spells it
 */
export function runOperation<R extends tf.Rank>(
  name: string,
  attributes: Attributes,
  inputs: readonly tf.Tensor[],
): tf.Tensor<R> {
  const [output] = runOperationOfMany(name, attributes, inputs, 1);
  if (!output) throw new Error(`TensorFlow's operation ${name} gave no result.`);
  return output as tf.Tensor<R>;
}

/** Runs an operation that has several results. */
export function runOperationOfMany(
  name: string,
  attributes: Attributes,
  inputs: readonly tf.Tensor[],
  outputCount: number,
): tf.Tensor[] {
  const backend = tf.backend() as unknown as NativeBackend;
  const native = Object.entries(attributes).map(([attribute, value]) => ({
    name: attribute,
    ...nativeValue(backend.binding, value),
  }));
  return backend.executeMultipleOutputs(name, native, [...inputs], outputCount);
}

function nativeValue(
  binding: NativeBackend['binding'],
  value: Attributes[string],
): Omit<NativeAttribute, 'name'> {
  if (typeof value === 'boolean') return { type: binding.TF_ATTR_BOOL, value };
  if (typeof value === 'number') return { type: binding.TF_ATTR_FLOAT, value };
  return { type: binding.TF_ATTR_TYPE, value: value === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT };
}
