import { describe, expect, it } from 'vitest';
import { openBmp } from '../../../src/documents/rendering/bmp.js';

type BitmapParts = {
  width: number;
  height: number;
  bits: number;
  compression?: number;
  /** Blue, green, red, unused. */
  palette?: readonly (readonly number[])[];
  masks?: readonly number[];
  pixels: readonly number[];
};

/** A bitmap with the 40-byte header that nearly all have. */
function bitmap({
  width,
  height,
  bits,
  compression = 0,
  palette = [],
  masks = [],
  pixels,
}: BitmapParts): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(54 + 4 * palette.length + 4 * masks.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeInt32LE(11_811, 38); // 300 dpi
  header.writeInt32LE(11_811, 42);
  header.writeUInt32LE(palette.length, 46);
  const maskBytes = Buffer.alloc(4 * masks.length);
  for (const [index, mask] of masks.entries()) maskBytes.writeUInt32LE(mask, 4 * index);
  return Buffer.concat([header, maskBytes, Buffer.from(palette.flat()), Buffer.from(pixels)]);
}

const BLACK_AND_WHITE = [
  [0, 0, 0, 0],
  [255, 255, 255, 0],
];
const RED_GREEN_BLUE = [
  [0, 0, 255, 0],
  [0, 255, 0, 0],
  [255, 0, 0, 0],
];
const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];

const decode = (bytes: Buffer) => {
  const { data, isComplete } = openBmp(bytes).decode();
  return { pixels: [...data], isComplete };
};
const whole = (...colours: number[][]) => ({ pixels: colours.flat(), isComplete: true });

describe('a Windows bitmap', () => {
  it('is stored from the bottom, three bytes a pixel, rows padded', () => {
    const pixels = [255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0];
    expect(decode(bitmap({ width: 2, height: 2, bits: 24, pixels }))).toEqual(whole(RED, WHITE, BLUE, GREEN));
  });

  it('is stored from the top when its height is negative', () => {
    const pixels = [255, 0, 0, 0, 0, 255, 0, 0];
    expect(decode(bitmap({ width: 1, height: -2, bits: 24, pixels }))).toEqual(whole(BLUE, GREEN));
  });

  it('has 1, 2, 4 or 8 bits a pixel from a palette', () => {
    const one = bitmap({
      width: 3,
      height: 1,
      bits: 1,
      palette: BLACK_AND_WHITE,
      pixels: [0b10100000, 0, 0, 0],
    });
    expect(decode(one)).toEqual(whole(WHITE, [0, 0, 0], WHITE));
    const two = bitmap({
      width: 3,
      height: 1,
      bits: 2,
      palette: RED_GREEN_BLUE,
      pixels: [0b10_01_00_00, 0, 0, 0],
    });
    expect(decode(two)).toEqual(whole(BLUE, GREEN, RED));
    const four = bitmap({
      width: 3,
      height: 1,
      bits: 4,
      palette: RED_GREEN_BLUE,
      pixels: [0x21, 0x00, 0, 0],
    });
    expect(decode(four)).toEqual(whole(BLUE, GREEN, RED));
    const eight = bitmap({ width: 2, height: 1, bits: 8, palette: RED_GREEN_BLUE, pixels: [1, 2, 0, 0] });
    expect(decode(eight)).toEqual(whole(GREEN, BLUE));
  });

  it('has 16 or 32 bits a pixel, by masks where it states them', () => {
    const five = bitmap({ width: 2, height: 1, bits: 16, pixels: [0x00, 0x7c, 0x1f, 0x00] });
    expect(decode(five)).toEqual(whole(RED, BLUE));
    const masks = [0xf800, 0x07e0, 0x001f];
    const six = bitmap({ width: 1, height: 1, bits: 16, compression: 3, masks, pixels: [0xe0, 0x07, 0, 0] });
    expect(decode(six)).toEqual(whole(GREEN));
    const full = bitmap({ width: 1, height: 1, bits: 32, pixels: [255, 0, 0, 9] });
    expect(decode(full)).toEqual(whole(BLUE));
    const high = bitmap({
      width: 1,
      height: 1,
      bits: 32,
      compression: 3,
      masks: [0xff000000, 0x00ff0000, 0x0000ff00],
      pixels: [0, 0, 0, 255],
    });
    expect(decode(high)).toEqual(whole(RED));
  });

  it('is run-length encoded: runs, literals, line ends and jumps', () => {
    const eight = [3, 1, 0, 0, 0, 3, 0, 1, 2, 0, 0, 1];
    const runs = bitmap({
      width: 3,
      height: 2,
      bits: 8,
      compression: 1,
      palette: RED_GREEN_BLUE,
      pixels: eight,
    });
    expect(decode(runs)).toEqual(whole(RED, GREEN, BLUE, GREEN, GREEN, GREEN));
    const four = [0, 2, 1, 0, 2, 0x12, 0, 1];
    const jump = bitmap({
      width: 3,
      height: 1,
      bits: 4,
      compression: 2,
      palette: RED_GREEN_BLUE,
      pixels: four,
    });
    expect(decode(jump)).toEqual(whole(WHITE, GREEN, BLUE));
  });

  it('never writes a run beyond its edge', () => {
    const pixels = [255, 1, 255, 2, 0, 2, 200, 200, 5, 1, 0, 1];
    const wild = bitmap({ width: 2, height: 1, bits: 8, compression: 1, palette: RED_GREEN_BLUE, pixels });
    expect(decode(wild).pixels).toEqual([GREEN, GREEN].flat());
  });

  it('is white where it is cut short, and says so', () => {
    const cut = bitmap({ width: 1, height: 2, bits: 24, pixels: [255, 0, 0, 0] });
    expect(decode(cut)).toEqual({ pixels: [WHITE, BLUE].flat(), isComplete: false });
  });

  it('has the old header of OS/2 too', () => {
    const header = Buffer.alloc(60);
    header.write('BM', 'latin1');
    header.writeUInt32LE(26, 10);
    header.writeUInt32LE(12, 14);
    for (const [index, value] of [1, 1, 1, 24].entries()) header.writeUInt16LE(value, 18 + 2 * index);
    header.set([0, 0, 255], 26);
    expect(decode(header)).toEqual(whole(RED));
  });

  it('states its resolution', () => {
    const { pixelsPerMetre } = openBmp(bitmap({ width: 1, height: 1, bits: 24, pixels: [0, 0, 0, 0] }));
    expect(pixelsPerMetre).toEqual({ x: 11_811, y: 11_811 });
  });

  it('is refused when its header is cut, empty or of an unknown kind', () => {
    expect(() => openBmp(Buffer.from('BM'))).toThrow(/no whole header/);
    expect(() => openBmp(bitmap({ width: 0, height: 5, bits: 24, pixels: [] }))).toThrow(/0 x 5 pixels/);
    expect(() => openBmp(bitmap({ width: 5, height: 5, bits: 7, pixels: [] }))).toThrow(/7 bits/);
    expect(() => openBmp(bitmap({ width: 5, height: 5, bits: 24, compression: 4, pixels: [] }))).toThrow(
      /compression 4/,
    );
  });
});
