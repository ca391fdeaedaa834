/** Raw pixels of a page: what files are decoded to and page images are encoded from. Types only. */

/** Row by row from the top: one byte a pixel (grey), three (RGB) or four (RGB and one that means nothing). */
export type PagePixels = { width: number; height: number; channels: 1 | 3 | 4; data: Buffer };
