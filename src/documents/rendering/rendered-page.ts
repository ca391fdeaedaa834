/** A page as it comes out of a file, and the settings under which it does. Types only, shared by both processes. */
import type { PageImage } from './page-image.js';
import type { PdfTextLayer } from './pdf-words.js';

export type RenderedPage = Omit<PageImage, 'mediaType'> & {
  /** From 1. */
  number: number;
  /** Of the whole file. */
  pageCount: number;
  imageMediaType: PageImage['mediaType'];
  /** Whole dots per inch of `image`; null when the file does not say, or nothing believable. */
  dpi: number | null;
  /** What a PDF says about its words, possibly none; null for images, which say nothing. */
  textLayer: PdfTextLayer | null;
  /** What is wrong with a page that could be read in part or not at all (then it is blank); null when nothing is. */
  fault: string | null;
};

export type RenderLimits = {
  /** A file with more pages is refused. */
  maxPages: number;
  /** An image with more pixels is refused before it is decoded. PDF pages are drawn as large as fits. */
  maxPixels: number;
  /** Most pixels of a page image that is kept; larger pages are scaled down. */
  maxPagePixels: number;
  /** The resolution at which PDF pages are drawn, in dots per inch. */
  pdfDpi: number;
};
