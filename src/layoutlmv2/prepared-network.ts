/**
 * Builds a network for inference from weights that come one at a time: each is taken into the engine at once, and of the
 * backbone's convolutions only the folded and arranged form stays. So the memory of a start is little more than the network.
 */
import * as tf from '@tensorflow/tfjs';
import { BOTTOM_UP, backboneBlocks } from './backbone-blocks.js';
import type { LayoutLMv2Config } from './config.js';
import { activeEngine } from './engine.js';
import { foldedNetworkOf, type Network } from './network.js';
import { type Convolving, pointwise, stem } from './ops/convolution.js';
import { grouped } from './ops/grouped-convolution.js';
import { elementCount, type ParameterSpec, parameterSpec, type Weight } from './parameters.js';
import { type Convolution, prepareConvolution } from './visual-backbone.js';

export type NetworkBuilder = {
  /**
   * Takes the next weight into the engine.
   * @throws Error if it is of another shape than the configuration demands
   */
  add(spec: ParameterSpec, weight: Weight): void;
  /** The network, once all weights are in; the caller disposes its tensors. */
  finish(): Network<Convolution>;
  /** Frees what has been added, when the rest will not come. */
  dispose(): void;
};

/** The weights that classification reads, in the order in which a builder wants them. */
export function weightsToRead(config: LayoutLMv2Config, labelCount: number): ParameterSpec[] {
  return parameterSpec(config, labelCount).filter(({ used }) => used);
}

/** Starts to build a network on the active engine. */
export function createNetworkBuilder(config: LayoutLMv2Config): NetworkBuilder {
  const tensors = new Map<string, tf.Tensor>();
  const convolutions = convolutionsByName(config);

  /** Replaces a convolution whose last weight has come by its prepared form. */
  const prepare = (name: string, convolving: Convolving): void => {
    const take = (suffix: string): tf.Tensor => {
      const tensor = tensors.get(`${name}.${suffix}`);
      if (!tensor) throw new Error(`The weight "${name}.${suffix}" must come before its last norm.`);
      tensors.delete(`${name}.${suffix}`);
      return tensor;
    };
    const normed = {
      kernel: take('weight'),
      norm: {
        weight: take('norm.weight'),
        bias: take('norm.bias'),
        mean: take('norm.running_mean'),
        variance: take('norm.running_var'),
      },
    };
    const { kernel, bias } = tf.tidy(() => prepareConvolution(normed, convolving));
    tf.dispose(normed);
    tensors.set(`${name}.weight`, tf.keep(kernel));
    tensors.set(`${name}.bias`, tf.keep(bias));
  };

  return {
    add({ name, shape }, weight) {
      assertShape(name, shape, weight);
      tensors.set(name, upload(weight));
      // The last of a convolution's weights, in the order of the list.
      const suffix = '.norm.running_var';
      const convolution = name.endsWith(suffix) ? name.slice(0, -suffix.length) : '';
      const convolving = convolutions.get(convolution);
      if (convolving) prepare(convolution, convolving);
    },
    finish: () => foldedNetworkOf(config, tensors),
    dispose: () => tf.dispose([...tensors.values()]),
  };
}

/** How each of the backbone's normed convolutions is computed, by its name. */
function convolutionsByName({ backbone }: LayoutLMv2Config): Map<string, Convolving> {
  const ofBlocks = backboneBlocks(backbone).flatMap(({ prefix, stride }): [string, Convolving][] => [
    [`${prefix}.conv1`, pointwise(1)],
    [`${prefix}.conv2`, grouped(backbone.groups, stride)],
    [`${prefix}.conv3`, pointwise(1)],
    [`${prefix}.shortcut`, pointwise(stride)],
  ]);
  return new Map([[`${BOTTOM_UP}.stem.conv1`, stem()], ...ofBlocks]);
}

function upload({ data, shape }: Weight): tf.Tensor {
  const tensor = tf.keep(tf.tensor(data, [...shape], 'float32'));
  // TensorFlow would take the numbers at their first use, and until then all of them would be in memory twice.
  if (activeEngine() === 'tensorflow')
    tf.tidy(
      () =>
        void tf.slice(
          tensor,
          tensor.shape.map(() => 0),
          tensor.shape.map(() => 1),
        ),
    );
  return tensor;
}

function assertShape(name: string, shape: readonly number[], weight: Weight): void {
  if (weight.shape.join() !== shape.join()) {
    throw new Error(
      `The weight "${name}" has the shape [${weight.shape}], but the configuration demands [${shape}].`,
    );
  }
  if (weight.data.length !== elementCount(shape)) {
    throw new Error(
      `The weight "${name}" has ${weight.data.length} numbers, which do not fill its shape [${shape}].`,
    );
  }
}
