/**
 * Kinds of documents that may fare worse than others: by how well they were scanned and read, how long they are, where their words
 * and files come from. The bands are fixed, so that runs can be compared. Pure rules.
 */
import { wilsonInterval } from '../layoutlmv2/metrics.js';

export const sliceDimensions = ['OCR_CONFIDENCE', 'PAGE_COUNT', 'WORD_SOURCE', 'SKEW', 'MEDIA_TYPE'] as const;
export type SliceDimension = (typeof sliceDimensions)[number];

/** What the slices of a document are told from. */
export type DocumentTraits = {
  mediaType: string;
  pageCount: number;
  /** Where the words of each page come from. */
  wordSources: readonly string[];
  /** Mean confidence (0..1) of the words that OCR has read; null where it read none. */
  ocrConfidence: number | null;
  /** The largest of its pages, in degrees either way; null where none was measured. */
  skewDegrees: number | null;
};

export type SliceMetrics = {
  dimension: SliceDimension;
  band: string;
  support: number;
  accuracy: number;
  accuracyLow: number;
  accuracyHigh: number;
};

/** Upper ends, each band reaching up to but not including its own. */
const confidenceBands = [
  { below: 0.6, band: 'below 60 %' },
  { below: 0.8, band: '60 to 80 %' },
  { below: 0.9, band: '80 to 90 %' },
  { below: Number.POSITIVE_INFINITY, band: '90 % and more' },
];
const pageBands = [
  { below: 2, band: '1 page' },
  { below: 4, band: '2 to 3 pages' },
  { below: 11, band: '4 to 10 pages' },
  { below: Number.POSITIVE_INFINITY, band: 'more than 10 pages' },
];
const skewBands = [
  { below: 0.5, band: 'below 0.5°' },
  { below: 2, band: '0.5 to 2°' },
  { below: 5, band: '2 to 5°' },
  { below: Number.POSITIVE_INFINITY, band: '5° and more' },
];

/** The slices a document stands in, one a dimension, as `DIMENSION:band`. */
export function slicesOf(traits: DocumentTraits): string[] {
  const sources = [...new Set(traits.wordSources)];
  const bands: Record<SliceDimension, string> = {
    OCR_CONFIDENCE:
      traits.ocrConfidence === null ? 'not read by OCR' : bandOf(confidenceBands, traits.ocrConfidence),
    PAGE_COUNT: bandOf(pageBands, traits.pageCount),
    WORD_SOURCE: sources.length > 1 ? 'several' : (sources[0] ?? 'none'),
    SKEW: traits.skewDegrees === null ? 'not measured' : bandOf(skewBands, Math.abs(traits.skewDegrees)),
    MEDIA_TYPE: traits.mediaType,
  };
  return sliceDimensions.map((dimension) => sliceKey(dimension, bands[dimension]));
}

export function sliceKey(dimension: SliceDimension, band: string): string {
  return `${dimension}:${band}`;
}

/** How each slice fared: its documents, the share that was right, and Wilson's interval of that. */
export function measureSlices(
  results: readonly { isCorrect: boolean; slices: readonly string[] }[],
): SliceMetrics[] {
  const counts = new Map<string, { support: number; hits: number }>();
  for (const { isCorrect, slices } of results) {
    for (const slice of slices) {
      const count = counts.get(slice) ?? { support: 0, hits: 0 };
      counts.set(slice, { support: count.support + 1, hits: count.hits + (isCorrect ? 1 : 0) });
    }
  }
  return sliceDimensions.flatMap((dimension) =>
    [...counts].flatMap(([slice, { support, hits }]) => {
      const interval = wilsonInterval(hits, support);
      if (!slice.startsWith(`${dimension}:`) || interval === null) return [];
      return [
        {
          dimension,
          band: slice.slice(dimension.length + 1),
          support,
          accuracy: hits / support,
          accuracyLow: interval.low,
          accuracyHigh: interval.high,
        },
      ];
    }),
  );
}

function bandOf(bands: readonly { below: number; band: string }[], value: number): string {
  return bands.find(({ below }) => value < below)?.band ?? 'not measured';
}
