/**
 * What is print on a page, as opposed to specks, rules, black edges of a photocopy and what is stamped into the margin: as much as
 * is needed to say where nothing is printed, and how much there is to read. Pure.
 */
import { type GreyRaster, markContrast, type PageSize } from './page-raster.js';

/** Pixels; right and bottom exclusive. */
export type Area = { left: number; top: number; right: number; bottom: number };

export type PagePrint = PageSize & {
  /** How many pixels are print. */
  countPixels(area: Area): number;
  /** How many strokes of letters its rows cross: in proportion to how long it takes to read. */
  countStrokes(area: Area): number;
};

/** The longer side of the page image that {@link findPrint} wants: 100 pixels are about an inch of A4. */
export const PRINT_RASTER_SIDE = 1200;

// A full stop of six points has four pixels.
const MOST_SPECK_PIXELS = 3;
// An inch: letters are smaller; frames, rules, edges of the scanner's glass and pictures are not.
const LEAST_TALL_SIDE = 100;
// A frame fills its box by a few per cent, a picture or a dark panel, which may have words in it, by half and more.
const LEAST_SOLID_SHARE = 0.25;
// Of the page's width. Lines of print reach into it, but not they alone; stamped numbers, punched holes and scribble stay in it.
const MARGIN_SHARE = 0.07;
// Of the page's width: a dark strip along the page's edge, narrower than this, is the copier's.
const MOST_EDGE_SHARE = 0.3;

/** `page`, or the page it is a part of, should have about {@link PRINT_RASTER_SIDE} pixels on its longer side. */
export function findPrint(page: GreyRaster): PagePrint {
  const { width, height } = page;
  const isPrint = markPrint(page);
  // Summed-area tables (Crow 1984): with a row of zeros above and a column of zeros on the left.
  const stride = width + 1;
  const pixels = new Int32Array(stride * (height + 1));
  const strokes = new Int32Array(stride * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let pixelsInRow = 0;
    let strokesInRow = 0;
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (isPrint[at] === 1) {
        pixelsInRow += 1;
        if (x + 1 === width || isPrint[at + 1] === 0) strokesInRow += 1;
      }
      const sum = (y + 1) * stride + x + 1;
      pixels[sum] = (pixels[sum - stride] ?? 0) + pixelsInRow;
      strokes[sum] = (strokes[sum - stride] ?? 0) + strokesInRow;
    }
  }
  const sumOf = (table: Int32Array, { left, top, right, bottom }: Area) => {
    const at = (x: number, y: number) => table[y * stride + x] ?? 0;
    return at(right, bottom) - at(right, top) - at(left, bottom) + at(left, top);
  };
  return {
    ...{ width, height },
    countPixels: (area) => sumOf(pixels, area),
    countStrokes: (area) => sumOf(strokes, area),
  };
}

/** One byte a pixel: 1 is print. Pictures and dark panels are, all over; what hangs together and is no letter otherwise is not. */
function markPrint(page: GreyRaster): Uint8Array {
  const { width } = page;
  const { labels, components } = findComponents(page);
  const margin = width * MARGIN_SHARE;
  const isLetter = components.map(({ left, top, right, bottom, pixels }) => {
    const middle = (left + right) / 2;
    const isInMargin = middle < margin || middle > width - margin;
    return pixels > MOST_SPECK_PIXELS && bottom - top < LEAST_TALL_SIDE && !isInMargin;
  });
  const isPrint = new Uint8Array(labels.length);
  for (let at = 0; at < labels.length; at += 1) isPrint[at] = isLetter[labels[at] ?? 0] ? 1 : 0;
  for (const component of components) {
    if (!isPanel(component, page)) continue;
    for (let y = component.top; y < component.bottom; y += 1) {
      isPrint.fill(1, y * width + component.left, y * width + component.right);
    }
  }
  return isPrint;
}

function isPanel({ left, top, right, bottom, pixels }: Component, page: PageSize): boolean {
  const [width, height] = [right - left, bottom - top];
  if (height < LEAST_TALL_SIDE || pixels < LEAST_SOLID_SHARE * width * height) return false;
  const nearEdge = (page.width * MARGIN_SHARE) / 2;
  const isAtEdge =
    left < nearEdge || top < nearEdge || right > page.width - nearEdge || bottom > page.height - nearEdge;
  return !isAtEdge || width >= page.width * MOST_EDGE_SHARE;
}

/** Dark pixels (light ones on dark paper) that touch, also at corners. */
type Component = Area & { pixels: number };

/** `labels` has one number a pixel, an index into `components`; 0 is paper, of which the component has no pixels. */
function findComponents(page: GreyRaster): { labels: Int32Array; components: Component[] } {
  const { width, height } = page;
  const isMarked = markContrast(page);
  const labels = new Int32Array(width * height);
  // Union-find: a label's parent is a smaller label of the same component, or itself.
  const parents = [0];
  const rootOf = (label: number): number => {
    let root = label;
    while ((parents[root] ?? 0) !== root) root = parents[root] ?? 0;
    parents[label] = root;
    return root;
  };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (isMarked[at] === 0) continue;
      let label = x > 0 ? rootOf(labels[at - 1] ?? 0) : 0;
      for (let above = Math.max(0, x - 1); y > 0 && above <= Math.min(width - 1, x + 1); above += 1) {
        const other = rootOf(labels[at - width - x + above] ?? 0);
        if (other === 0 || other === label) continue;
        if (label !== 0) parents[Math.max(label, other)] = Math.min(label, other);
        label = label === 0 ? other : Math.min(label, other);
      }
      if (label === 0) label = parents.push(parents.length) - 1;
      labels[at] = label;
    }
  }
  const components = parents.map(
    (): Component => ({ left: width, top: height, right: 0, bottom: 0, pixels: 0 }),
  );
  for (let at = 0; at < labels.length; at += 1) {
    if (labels[at] === 0) continue;
    const label = rootOf(labels[at] ?? 0);
    labels[at] = label;
    const component = components[label];
    if (component === undefined) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    component.left = Math.min(component.left, x);
    component.top = Math.min(component.top, y);
    component.right = Math.max(component.right, x + 1);
    component.bottom = Math.max(component.bottom, y + 1);
    component.pixels += 1;
  }
  return { labels, components };
}
