/**
 * Windows bitmaps, which libvips does not read: 1, 2, 4, 8, 16, 24 and 32 bits a pixel, run-length encoded or not,
 * stored from the bottom or from the top. Transparency is ignored, as most programs do.
 */

export type Bmp = {
  width: number;
  height: number;
  /** Pixels per metre across and down as the file says, 0 when it does not. */
  pixelsPerMetre: { x: number; y: number };
  /** Decodes to three bytes a pixel, red first, from the top. Pixels that the file lacks are white. */
  decode(): { data: Buffer; isComplete: boolean };
};

type Header = {
  width: number;
  height: number;
  isTopDown: boolean;
  bitsPerPixel: number;
  compression: number;
  pixelsPerMetre: { x: number; y: number };
  pixelsOffset: number;
  palette: readonly Rgb[];
  masks: readonly number[];
};

type Rgb = readonly [red: number, green: number, blue: number];

/** Puts a colour, by its place in the palette, at a place counted from the first row stored. */
type PutIndex = (x: number, row: number, index: number) => void;

const FILE_HEADER_BYTES = 14;
const OLD_HEADER_BYTES = 12;
const LEAST_INFO_HEADER_BYTES = 40;

const COMPRESSION = { none: 0, runLength8: 1, runLength4: 2, bitFields: 3, alphaBitFields: 6 } as const;

/** Red, green and blue where the file states no masks. */
const MASKS_16 = [0x7c00, 0x03e0, 0x001f];
const MASKS_32 = [0xff0000, 0x00ff00, 0x0000ff];

const WHITE = 255;

/**
 * Reads the header of a bitmap.
 * @throws Error saying what is wrong with it.
 */
export function openBmp(bytes: Buffer): Bmp {
  const header = readHeader(bytes);
  return {
    width: header.width,
    height: header.height,
    pixelsPerMetre: header.pixelsPerMetre,
    decode: () => decodePixels(bytes, header),
  };
}

function readHeader(bytes: Buffer): Header {
  if (bytes.length < FILE_HEADER_BYTES + LEAST_INFO_HEADER_BYTES)
    throw new Error('The bitmap has no whole header');
  const headerBytes = bytes.readUInt32LE(14);
  const isOld = headerBytes === OLD_HEADER_BYTES;
  const storedHeight = isOld ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const header: Header = {
    width: isOld ? bytes.readUInt16LE(18) : bytes.readInt32LE(18),
    height: Math.abs(storedHeight),
    isTopDown: storedHeight < 0,
    bitsPerPixel: bytes.readUInt16LE(isOld ? 24 : 28),
    compression: isOld ? COMPRESSION.none : bytes.readUInt32LE(30),
    pixelsPerMetre: isOld ? { x: 0, y: 0 } : { x: bytes.readInt32LE(38), y: bytes.readInt32LE(42) },
    pixelsOffset: bytes.readUInt32LE(10),
    palette: [],
    masks: [],
  };
  refuseUnknownVariant(header);
  return { ...header, palette: readPalette(bytes, header, isOld), masks: readMasks(bytes, header) };
}

function refuseUnknownVariant({ width, height, bitsPerPixel, compression }: Header): void {
  if (width <= 0 || height === 0) throw new Error(`The bitmap says it is ${width} x ${height} pixels`);
  const bitsByCompression: Record<number, readonly number[]> = {
    [COMPRESSION.none]: [1, 2, 4, 8, 16, 24, 32],
    [COMPRESSION.runLength8]: [8],
    [COMPRESSION.runLength4]: [4],
    [COMPRESSION.bitFields]: [16, 32],
    [COMPRESSION.alphaBitFields]: [16, 32],
  };
  if (bitsByCompression[compression]?.includes(bitsPerPixel) !== true) {
    throw new Error(`Bitmaps of ${bitsPerPixel} bits with compression ${compression} are not known`);
  }
}

function readPalette(bytes: Buffer, { bitsPerPixel }: Header, isOld: boolean): Rgb[] {
  if (bitsPerPixel > 8) return [];
  const start = FILE_HEADER_BYTES + bytes.readUInt32LE(14);
  const stated = isOld ? 0 : bytes.readUInt32LE(46);
  const most = 2 ** bitsPerPixel;
  const entryBytes = isOld ? 3 : 4;
  return Array.from({ length: stated === 0 ? most : Math.min(stated, most) }, (_, index) => {
    const at = start + index * entryBytes;
    return [bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0] as const;
  });
}

function readMasks(bytes: Buffer, { bitsPerPixel, compression }: Header): readonly number[] {
  if (compression !== COMPRESSION.bitFields && compression !== COMPRESSION.alphaBitFields) {
    return bitsPerPixel === 16 ? MASKS_16 : MASKS_32;
  }
  const afterInfoHeader = FILE_HEADER_BYTES + LEAST_INFO_HEADER_BYTES;
  if (bytes.length < afterInfoHeader + 12) throw new Error('The bitmap has no whole header');
  return [0, 4, 8].map((offset) => bytes.readUInt32LE(afterInfoHeader + offset));
}

function decodePixels(bytes: Buffer, header: Header): { data: Buffer; isComplete: boolean } {
  const { width, height, isTopDown } = header;
  const data = Buffer.alloc(width * height * 3, WHITE);
  const offsetOf = (x: number, row: number) => ((isTopDown ? row : height - 1 - row) * width + x) * 3;
  const put = (x: number, row: number, red: number, green: number, blue: number) => {
    const at = offsetOf(x, row);
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  };
  const putIndex: PutIndex = (x, row, index) => {
    if (x >= width || row >= height) return;
    const [red, green, blue] = header.palette[index] ?? [0, 0, 0];
    put(x, row, red, green, blue);
  };
  const pixels = bytes.subarray(header.pixelsOffset);
  const isRunLength =
    header.compression === COMPRESSION.runLength8 || header.compression === COMPRESSION.runLength4;
  if (isRunLength) return { data, isComplete: decodeRuns(pixels, header, putIndex) };
  // Each row is padded to whole groups of four bytes.
  const rowBytes = Math.ceil((width * header.bitsPerPixel) / 32) * 4;
  const rowCount = Math.min(height, Math.floor(pixels.length / rowBytes));
  for (let row = 0; row < rowCount; row += 1) {
    const stored = pixels.subarray(row * rowBytes, (row + 1) * rowBytes);
    if (header.bitsPerPixel <= 8) decodeIndexedRow(stored, row, header, putIndex);
    else if (header.bitsPerPixel === 24) decodeRow24(stored, row, width, put);
    else decodeMaskedRow(stored, row, header, put);
  }
  return { data, isComplete: rowCount === height };
}

type Put = (x: number, row: number, red: number, green: number, blue: number) => void;

function decodeIndexedRow(stored: Buffer, row: number, { width, bitsPerPixel }: Header, put: PutIndex): void {
  const perByte = 8 / bitsPerPixel;
  const mask = 2 ** bitsPerPixel - 1;
  for (let x = 0; x < width; x += 1) {
    const byte = stored[Math.floor(x / perByte)] ?? 0;
    put(x, row, (byte >> (8 - bitsPerPixel * ((x % perByte) + 1))) & mask);
  }
}

function decodeRow24(stored: Buffer, row: number, width: number, put: Put): void {
  for (let x = 0; x < width; x += 1) {
    put(x, row, stored[3 * x + 2] ?? 0, stored[3 * x + 1] ?? 0, stored[3 * x] ?? 0);
  }
}

function decodeMaskedRow(stored: Buffer, row: number, header: Header, put: Put): void {
  const bytesPerPixel = header.bitsPerPixel / 8;
  const [red, green, blue] = header.masks.map(channelOf);
  if (red === undefined || green === undefined || blue === undefined) return;
  for (let x = 0; x < header.width; x += 1) {
    const pixel = stored.readUIntLE(x * bytesPerPixel, bytesPerPixel);
    put(x, row, red(pixel), green(pixel), blue(pixel));
  }
}

/** Takes the bits of a mask out of a pixel and stretches them to a byte. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) / most) * 255);
}

/** Run-length encoding; true when the end of the picture was reached. A run never leaves the picture. */
function decodeRuns(pixels: Buffer, { compression, height }: Header, put: PutIndex): boolean {
  const isHalfBytes = compression === COMPRESSION.runLength4;
  const indexAt = (byte: number, position: number) =>
    isHalfBytes ? (position % 2 === 0 ? byte >> 4 : byte & 0x0f) : byte;
  let [x, row, at] = [0, 0, 0];
  while (at + 1 < pixels.length && row < height) {
    const count = pixels[at] ?? 0;
    const value = pixels[at + 1] ?? 0;
    at += 2;
    if (count > 0) {
      for (let position = 0; position < count; position += 1)
        put(x + position, row, indexAt(value, position));
      x += count;
    } else if (value === 0) {
      [x, row] = [0, row + 1];
    } else if (value === 1) {
      return true;
    } else if (value === 2) {
      [x, row] = [x + (pixels[at] ?? 0), row + (pixels[at + 1] ?? 0)];
      at += 2;
    } else {
      for (let position = 0; position < value; position += 1) {
        const byte = pixels[at + (isHalfBytes ? position >> 1 : position)] ?? 0;
        put(x + position, row, indexAt(byte, position));
      }
      x += value;
      // Literal stretches are padded to pairs of bytes.
      at += Math.ceil((isHalfBytes ? value / 2 : value) / 2) * 2;
    }
  }
  return row >= height;
}
