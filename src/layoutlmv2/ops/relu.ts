/** The rectifier, with a gradient in one pass where the engine has one: TensorFlow.js' own takes six. */
import * as tf from '@tensorflow/tfjs';
import { activeEngine } from '../engine.js';
import { runOperation } from '../engines/tensorflow-operation.js';
import { differentiable, savedAt } from './differentiable.js';

/** max(x, 0). */
export function relu<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  return differentiable<R>([x], (save) => {
    const value = tf.relu(x);
    save(value);
    return {
      value,
      gradient: (dy, saved) => {
        const result = savedAt<R>(saved, 0);
        return [
          activeEngine() === 'tensorflow'
            ? runOperation<R>('ReluGrad', { T: 'float32' }, [dy, result])
            : tf.mul(dy, tf.step(result)),
        ];
      },
    };
  });
}
