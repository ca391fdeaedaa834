/**
 * Image features of pages, kept on the host while a network with a frozen backbone is trained. What has come in stays: epochs see
 * all pages in ever new order, so to push out old ones for new ones would only lower the share that is found.
 */

export type FeatureCache = {
  /**
   * The features of a page, computed if they are not kept.
   *
   * @param page stands for the page; @param variant which of its images
   */
  get(page: object, variant: number, compute: () => Promise<Float32Array>): Promise<Float32Array>;
  /** How many features were computed so far, for want of kept ones. */
  computed(): number;
};

/** A cache of at most `maxBytes` bytes; 0 keeps nothing. */
export function createFeatureCache(maxBytes: number): FeatureCache {
  const kept = new Map<object, Map<number, Float32Array>>();
  let bytes = 0;
  let computed = 0;
  return {
    async get(page, variant, compute) {
      const known = kept.get(page)?.get(variant);
      if (known) return known;
      const features = await compute();
      computed += 1;
      if (bytes + features.byteLength <= maxBytes) {
        bytes += features.byteLength;
        const variants = kept.get(page) ?? new Map<number, Float32Array>();
        kept.set(page, variants.set(variant, features));
      }
      return features;
    },
    computed: () => computed,
  };
}
