/**
 * A sheet under the scanner's glass: whatever is written on it leaves a word with its box in the pixels of the scan. The
 * sheet's own unit is a thousandth of an upright page's height (a point of a letter page is 1.26); the scan's turn, shift
 * and scale apply while drawing, so boxes need no later correction.
 */
import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Dice } from '../dice.js';
import { compose, type Matrix, mapBox, type PixelBox, turnedAt } from './matrix.js';
import { measureInk } from './measure.js';
import type { Face } from './typefaces.js';

/** A printed word and the box around its ink, in pixels of the scan, not yet rounded. */
export type PrintedWord = { text: string; box: PixelBox };

export type TextStyle = {
  face: Face;
  /** The em, in units of the sheet. */
  size: number;
  bold?: boolean;
  italic?: boolean;
  colour?: string;
  underline?: boolean;
  /** Additional space after each letter, as a share of the em. */
  tracking?: number;
  /** How far words dance about the line, as a share of the em: worn typewriters and hands. */
  unrest?: number;
};

type Align = 'left' | 'right' | 'center' | 'justify';

type BlockOptions = {
  x: number;
  /** Where the first line's top is. */
  y: number;
  width: number;
  style: TextStyle;
  /** Line distance in ems; 1.2 if not given. */
  leading?: number;
  align?: Align;
  /** Of each paragraph's first line. */
  indent?: number;
  /** Additional space between paragraphs, in ems. */
  gap?: number;
  /** No line is begun below. */
  bottom?: number;
};

export type Paper = {
  readonly width: number;
  readonly height: number;
  readonly dice: Dice;
  readonly context: SKRSContext2D;
  readonly words: PrintedWord[];
  /** Where pictures are, in pixels of the scan: a reader finds words there that are none. */
  readonly pictures: PixelBox[];
  /** Writes one line on the baseline and returns where it ends. */
  text(x: number, baseline: number, text: string, style: TextStyle, align?: Align): number;
  /** The width that {@link text} would take. */
  widthOf(text: string, style: TextStyle): number;
  /** Writes paragraphs (separated by line ends) in lines of the width; returns the y below, and what had no room. */
  block(text: string, options: BlockOptions): { y: number; rest: string };
  line(x0: number, y0: number, x1: number, y1: number, width?: number, colour?: string): void;
  /** A rectangle: filled, or framed if a line width is given. */
  box(x: number, y: number, width: number, height: number, colour?: string, lineWidth?: number): void;
  /** Draws with the origin at x, y and turned clockwise. */
  turned(x: number, y: number, degrees: number, draw: () => void): void;
  /** Keeps in mind that a picture is there. */
  picture(x: number, y: number, width: number, height: number): void;
  /** Forgets the words of which most lies in the rectangle, since something has been laid over them. */
  cover(x: number, y: number, width: number, height: number): void;
};

export type PaperOptions = {
  /** Of the sheet, in its units. */
  width: number;
  height: number;
  /** Of the scan, in pixels. */
  pixels: { width: number; height: number };
  /** From the sheet's units to pixels of the scan. */
  placing: Matrix;
  dice: Dice;
  canvas?: Canvas;
};

export function createPaper({ width, height, pixels, placing, dice, canvas }: PaperOptions): Paper {
  const context = (canvas ?? createCanvas(pixels.width, pixels.height)).getContext('2d');
  const words: PrintedWord[] = [];
  const pictures: PixelBox[] = [];
  let matrix = placing;
  let font = '';
  context.setTransform(...matrix);
  context.fillStyle = '#000';

  function useFont(style: TextStyle): string {
    const { face } = style;
    const name = style.bold
      ? style.italic
        ? face.boldItalic
        : face.bold
      : style.italic
        ? face.italic
        : face.regular;
    const wanted = `${style.size.toFixed(2)}px "${name}"`;
    if (wanted !== font) {
      context.font = wanted;
      font = wanted;
    }
    return name;
  }

  const nameOf = ({ face, bold, italic }: TextStyle) =>
    bold ? (italic ? face.boldItalic : face.bold) : italic ? face.italic : face.regular;

  function wordWidth(word: string, style: TextStyle): number {
    return style.size * (measureInk(nameOf(style), word).advance + (style.tracking ?? 0) * word.length);
  }

  function spaceOf(style: TextStyle): number {
    return style.size * (measureInk(nameOf(style), ' ').advance + (style.tracking ?? 0));
  }

  function drawWord(x: number, baseline: number, word: string, style: TextStyle): void {
    const name = useFont(style);
    const { size, tracking = 0, unrest = 0, colour = '#000' } = style;
    context.fillStyle = colour;
    const y = unrest === 0 ? baseline : baseline + unrest * size * dice.gaussian();
    let box: [number, number, number, number];
    const ink = measureInk(name, word);
    if (tracking === 0) {
      context.fillText(word, x, y);
      box = [x - ink.left * size, y - ink.ascent * size, x + ink.right * size, y + ink.descent * size];
    } else {
      let at = x;
      for (const letter of word) {
        context.fillText(letter, at, y);
        at += size * (measureInk(name, letter).advance + tracking);
      }
      box = [x, y - ink.ascent * size, at - tracking * size, y + ink.descent * size];
    }
    if (ink.isBlank) return;
    words.push({ text: word, box: mapBox(matrix, box) });
  }

  function drawLine(
    x: number,
    baseline: number,
    parts: readonly string[],
    gap: number,
    style: TextStyle,
  ): number {
    let at = x;
    for (const part of parts) {
      drawWord(at, baseline, part, style);
      at += wordWidth(part, style) + gap;
    }
    const end = at - gap;
    if (style.underline && parts.length > 0) {
      const y = baseline + 0.13 * style.size;
      line(x, y, end, y, Math.max(0.7, 0.055 * style.size), style.colour);
    }
    return end;
  }

  function widthOf(text: string, style: TextStyle): number {
    const parts = wordsOf(text);
    const inner = parts.reduce((sum, part) => sum + wordWidth(part, style), 0);
    return inner + Math.max(0, parts.length - 1) * spaceOf(style);
  }

  function line(x0: number, y0: number, x1: number, y1: number, lineWidth = 1, colour = '#000'): void {
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }

  function block(text: string, options: BlockOptions): { y: number; rest: string } {
    const { x, width: fullWidth, style, leading = 1.2, align = 'left', indent = 0, gap = 0 } = options;
    const bottom = options.bottom ?? height;
    const step = style.size * leading;
    const space = spaceOf(style);
    let y = options.y;
    const paragraphs = text.split('\n');
    for (const [number, paragraph] of paragraphs.entries()) {
      const parts = wordsOf(paragraph);
      let from = 0;
      if (parts.length === 0) y += step;
      while (from < parts.length) {
        if (y + step > bottom) {
          return { y, rest: [parts.slice(from).join(' '), ...paragraphs.slice(number + 1)].join('\n') };
        }
        const left = from === 0 ? indent : 0;
        const room = fullWidth - left;
        let to = from;
        let used = 0;
        while (to < parts.length) {
          const next = wordWidth(parts[to] ?? '', style);
          if (to > from && used + space + next > room) break;
          used += next + (to > from ? space : 0);
          to += 1;
        }
        const slack = room - used;
        const isLast = to === parts.length;
        // A line set wider than this looks torn, so it stays ragged.
        const justified = align === 'justify' && !isLast && slack < 0.35 * room && to - from > 1;
        const shift = align === 'center' ? slack / 2 : align === 'right' ? slack : 0;
        const between = justified ? space + slack / (to - from - 1) : space;
        drawLine(x + left + shift, y + 0.78 * step, parts.slice(from, to), between, style);
        y += step;
        from = to;
      }
      y += gap * style.size;
    }
    return { y, rest: '' };
  }

  return {
    width,
    height,
    dice,
    context,
    words,
    pictures,
    text(x, baseline, text, style, align = 'left') {
      const shift = align === 'left' ? 0 : widthOf(text, style) / (align === 'right' ? 1 : 2);
      return drawLine(x - shift, baseline, wordsOf(text), spaceOf(style), style);
    },
    widthOf,
    block,
    line,
    box(x, y, boxWidth, boxHeight, colour = '#000', lineWidth) {
      if (lineWidth === undefined) {
        context.fillStyle = colour;
        context.fillRect(x, y, boxWidth, boxHeight);
      } else {
        context.strokeStyle = colour;
        context.lineWidth = lineWidth;
        context.strokeRect(x, y, boxWidth, boxHeight);
      }
    },
    turned(x, y, degrees, draw) {
      const before = matrix;
      matrix = compose(matrix, turnedAt(x, y, degrees));
      context.setTransform(...matrix);
      draw();
      matrix = before;
      context.setTransform(...matrix);
    },
    picture(x, y, pictureWidth, pictureHeight) {
      pictures.push(mapBox(matrix, [x, y, x + pictureWidth, y + pictureHeight]));
    },
    cover(x, y, coverWidth, coverHeight) {
      const [x0, y0, x1, y1] = mapBox(matrix, [x, y, x + coverWidth, y + coverHeight]);
      const isCovered = ({ box }: PrintedWord) => {
        const middleX = (box[0] + box[2]) / 2;
        const middleY = (box[1] + box[3]) / 2;
        return middleX > x0 && middleX < x1 && middleY > y0 && middleY < y1;
      };
      const kept = words.filter((word) => !isCovered(word));
      words.splice(0, words.length, ...kept);
    },
  };
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((part) => part !== '');
}
