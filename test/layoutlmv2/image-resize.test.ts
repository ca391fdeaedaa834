import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resizeBilinear } from '../../src/layoutlmv2/image-resize.js';

type ReferenceResize = {
  in_h: number;
  in_w: number;
  out_h: number;
  out_w: number;
  rgb_hwc_in: number[];
  rgb_hwc_out: number[];
};

const reference = JSON.parse(
  readFileSync(new URL('./fixtures/pil_resize.json', import.meta.url), 'utf8'),
) as ReferenceResize;

const gradient = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 37) & 255),
});

describe('resizing a page image', () => {
  it('gives the very bytes that Pillow gives', () => {
    const image = {
      width: reference.in_w,
      height: reference.in_h,
      data: Uint8Array.from(reference.rgb_hwc_in),
    };
    const resized = resizeBilinear(image, reference.out_w, reference.out_h);
    expect([...resized.data]).toEqual(reference.rgb_hwc_out);
    expect([resized.width, resized.height]).toEqual([reference.out_w, reference.out_h]);
  });

  it('leaves an image of the right size as it is', () => {
    const image = gradient(5, 4);
    expect(resizeBilinear(image, 5, 4).data).toEqual(image.data);
  });

  it('keeps a single colour whatever the sizes', () => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [500, 2],
      [3, 901],
    ] as const) {
      const data = new Uint8Array(width * height * 3).fill(255);
      const resized = resizeBilinear({ width, height, data }, 13, 11);
      expect(resized.data.every((value) => value === 255)).toBe(true);
    }
  });

  it('enlarges one axis and reduces the other', () => {
    const resized = resizeBilinear(gradient(3, 50), 9, 5);
    expect([resized.width, resized.height, resized.data.length]).toEqual([9, 5, 135]);
  });

  it('refuses an image whose data does not fit its size', () => {
    expect(() => resizeBilinear({ width: 2, height: 2, data: new Uint8Array(11) }, 4, 4)).toThrow('12 bytes');
    expect(() => resizeBilinear({ width: 0, height: 2, data: new Uint8Array(0) }, 4, 4)).toThrow('0×2');
  });
});
