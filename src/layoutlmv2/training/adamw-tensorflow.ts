/**
 * AdamW's step by TensorFlow's own `ResourceApplyAdam`: one pass over a weight and its running means, in place and on all cores,
 * where TensorFlow.js' operations make ten passes and as many copies. Measured with 100 million weights on two busy cores: 0.27 s
 * against 0.72 s; the base size's 198 million take 0.5 s.
 */
import * as tf from '@tensorflow/tfjs';
import type { AdamWSlot } from './adamw-slot.js';

/** What the backend of @tensorflow/tfjs-node-gpu offers beyond TensorFlow.js' interface. */
type NativeBackend = {
  binding: Record<'TF_ATTR_STRING' | 'TF_ATTR_TYPE' | 'TF_ATTR_SHAPE' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: Attribute[],
    inputs: tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
};
type Attribute = { name: string; type: number; value: string | number | boolean | readonly number[] };

/** TensorFlow's name for a variable that nobody else can open (`ResourceHandle::ANONYMOUS_NAME`). */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/** Steps `parameter`; its running means start as given, and are kept by TensorFlow. The engine must be `tensorflow`. */
export function createTensorFlowSlot(
  parameter: tf.Variable,
  firstMoment: tf.Tensor,
  secondMoment: tf.Tensor,
): AdamWSlot {
  const native = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_STRING, TF_ATTR_TYPE, TF_ATTR_SHAPE, TF_ATTR_BOOL, TF_FLOAT } = native.binding;
  const dtype: Attribute = { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT };
  const assign = (resource: tf.Tensor, value: tf.Tensor): void => {
    native.executeMultipleOutputs('AssignVariableOp', [dtype], [resource, value], 0);
  };
  const read = (resource: tf.Tensor): tf.Tensor =>
    native.executeSingleOutput('ReadVariableOp', [dtype], [resource]);
  const declare = (): tf.Tensor => {
    const attributes = [
      { name: 'container', type: TF_ATTR_STRING, value: '' },
      { name: 'shared_name', type: TF_ATTR_STRING, value: ANONYMOUS },
      dtype,
      { name: 'shape', type: TF_ATTR_SHAPE, value: parameter.shape },
    ];
    return tf.keep(native.executeSingleOutput('VarHandleOp', attributes, []));
  };
  const [moved, first, second] = [declare(), declare(), declare()];
  assign(first, firstMoment);
  assign(second, secondMoment);

  return {
    step(gradient, { beta1, beta2, epsilon, steps, rate, kept, gradientFactor }) {
      // TensorFlow computes 1 − β in float32, where 1 − 0.999 is 5e-5 too much: corrected for the β that it really uses.
      const firstCorrection = 1 - Math.fround(beta1) ** steps;
      const secondCorrection = Math.sqrt(1 - Math.fround(beta2) ** steps);
      tf.tidy(() => {
        const scaled = gradientFactor === 1 ? gradient : tf.mul(gradient, gradientFactor);
        const start = kept === 1 ? tf.clone(parameter) : tf.mul(parameter, kept);
        assign(moved, start);
        // What has one owner is changed in place; what has two would be copied.
        start.dispose();
        const scalars = [0, 0, (rate * secondCorrection) / firstCorrection, beta1, beta2];
        native.executeMultipleOutputs(
          'ResourceApplyAdam',
          [
            { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
            { name: 'use_locking', type: TF_ATTR_BOOL, value: false },
            { name: 'use_nesterov', type: TF_ATTR_BOOL, value: false },
          ],
          [
            ...[moved, first, second],
            ...[...scalars, epsilon * secondCorrection].map((value) => tf.scalar(value)),
            scaled,
          ],
          0,
        );
        parameter.assign(read(moved));
      });
    },

    readMoments: () => [read(first), read(second)],

    dispose() {
      for (const resource of [moved, first, second]) {
        const attributes = [{ name: 'ignore_lookup_error', type: TF_ATTR_BOOL, value: true }];
        native.executeMultipleOutputs('DestroyResourceOp', attributes, [resource], 0);
        resource.dispose();
      }
    },
  };
}
