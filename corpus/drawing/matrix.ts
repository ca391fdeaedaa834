/** Where things drawn on a turned, shifted and scaled sheet come to lie: affine maps of the plane and boxes under them. */

/** x' = a·x + c·y + e, y' = b·x + d·y + f, as a canvas has it. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** [x0, y0, x1, y1] in pixels. */
export type PixelBox = readonly [x0: number, y0: number, x1: number, y1: number];

/** First `inner`, then `outer`. */
export function compose(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}

/** Turns clockwise by degrees about the origin and then moves it to x, y. */
export function turnedAt(x: number, y: number, degrees: number): Matrix {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos, sin, -sin, cos, x, y];
}

/** The upright box around a box's four mapped corners. */
export function mapBox([a, b, c, d, e, f]: Matrix, [x0, y0, x1, y1]: PixelBox): PixelBox {
  const left = Math.min(a * x0, a * x1) + Math.min(c * y0, c * y1) + e;
  const right = Math.max(a * x0, a * x1) + Math.max(c * y0, c * y1) + e;
  const top = Math.min(b * x0, b * x1) + Math.min(d * y0, d * y1) + f;
  const bottom = Math.max(b * x0, b * x1) + Math.max(d * y0, d * y1) + f;
  return [left, top, right, bottom];
}
