/**
 * The image features of pages on their own: what the visual backbone makes of a page's pixels. Where the backbone is not trained
 * they never change, so they are computed once a page and given to the rest of the network.
 */
import * as tf from '@tensorflow/tfjs';
import { runForInference, type TensorTree, tensorsOf } from './blocks.js';
import { type LayoutLMv2Config, visualTokenCount } from './config.js';
import { IMAGE_SIDE } from './encoded-page.js';
import { type Network, networkOf, runBackbone } from './network.js';
import {
  applyPrepared,
  type Convolution,
  type NormedConvolution,
  normalisePixels,
  prepareBackbone,
} from './visual-backbone.js';

/** Whose backbone it is: a model. */
type BackboneOwner = { config: LayoutLMv2Config; parameters: ReadonlyMap<string, tf.Tensor> };

export type ImageReader = {
  /** The features of one page [cells * channels], from its pixels [224, 224, 3]. */
  read(image: Uint8Array): Promise<Float32Array>;
  /** Frees the folded convolutions. */
  dispose(): void;
};

/** Reads images by the backbone of a model, which must not be changed meanwhile; its batch norms are folded only once. */
export function createImageReader(model: BackboneOwner): ImageReader {
  const { config } = model;
  let folded: Pick<Network<Convolution>, 'stem' | 'blocks'> | undefined;
  return {
    async read(image) {
      const normed = networkOf(config, model.parameters);
      folded ??= prepareBackbone(normed, config.backbone);
      const network = { ...normed, ...folded };
      const features = tf.tidy(() => {
        const pixels = tf.tensor4d(new Float32Array(image), [1, IMAGE_SIDE, IMAGE_SIDE, 3]);
        const options = { config, apply: applyPrepared, runBlock: runForInference };
        return runBackbone(network, normalisePixels(pixels, config.backbone), options).features.tensor;
      });
      try {
        return Float32Array.from(await features.data<'float32'>());
      } finally {
        features.dispose();
      }
    },
    dispose() {
      if (folded) tf.dispose(tensorsOf([folded.stem, ...folded.blocks]));
      folded = undefined;
    },
  };
}

/** The features of several pages side by side, [pages, cells, channels]. */
export function stackFeatures(model: BackboneOwner, features: readonly Float32Array[]): tf.Tensor3D {
  const cells = visualTokenCount(model.config);
  const size = features[0]?.length ?? 0;
  const all = new Float32Array(features.length * size);
  for (const [page, values] of features.entries()) all.set(values, page * size);
  return tf.tensor3d(all, [features.length, cells, size / cells]);
}

/** The results of the backbone's parts where its features are given: those before the last part are read by nobody. */
export function knownBackbone(
  network: Network<NormedConvolution>,
  features: tf.Tensor3D,
): Map<TensorTree, tf.Tensor> {
  const passedOver = [network.stem, ...network.blocks].map((part): [TensorTree, tf.Tensor] => [
    part,
    features,
  ]);
  return new Map([...passedOver, [network.pyramid, features]]);
}
