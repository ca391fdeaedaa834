/** What stands on a slide below its title: points, formulas, a program, boxes with arrows, a chart, pictures, a quotation. */
import type { TextStyle } from '../drawing/paper.js';
import { drawPicture } from '../drawing/pictures.js';
import { getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { capitalised } from '../text/grammar.js';
import { drawChart, fitted } from './parts.js';

export type Look = {
  title: TextStyle;
  body: TextStyle;
  ink: string;
  accent: string;
  isDark: boolean;
  margin: number;
  /** Below the title. */
  top: number;
  bottom: number;
};

export function drawBullets(setting: Setting, look: Look): void {
  const { paper, dice, scribe } = setting;
  let y = look.top;
  const mark = dice.pick(['•', '•', '–', '■', '▪', '»', '○']);
  const hasPicture = dice.chance(0.3);
  const wide = (paper.width - 2 * look.margin) * (hasPicture ? 0.55 : 1);
  if (hasPicture) {
    const frame = {
      x: look.margin + wide + 20,
      y: look.top,
      width: paper.width - 2 * look.margin - wide - 20,
      height: paper.height * 0.5,
    };
    if (dice.chance(0.5)) drawPicture(paper, frame);
    else if (!look.isDark) drawChart(setting, frame, styled(look.body, { size: 12 }));
  }
  for (let point = dice.integer(2, 7); point > 0 && y < look.bottom - look.body.size; point--) {
    paper.text(look.margin, y + look.body.size * 0.94, mark, styled(look.body, { colour: look.accent }));
    const text = scribe.write(
      '[{bullet}|{SQuality} {sThing+s}|{SMatter}|{sClause}|{Method} ({measure})|{SThing+s} are {sQuality}|{reportField}]',
    );
    y =
      paper.block(capitalised(text), {
        x: look.margin + 30,
        y,
        width: wide - 30,
        style: look.body,
        bottom: look.bottom,
      }).y +
      look.body.size * dice.between(0.25, 0.8);
    for (let child = dice.pick([0, 0, 0, 1, 2, 3]); child > 0 && y < look.bottom - look.body.size; child--)
      y =
        paper.block(
          scribe.write('– [{sMatter}|{sQuality} {sThing}|{measure}|{sThing+s}, {sThing+s}|e.g. {material}]'),
          {
            x: look.margin + 60,
            y,
            width: wide - 60,
            style: styled(look.body, { size: look.body.size * 0.82 }),
            bottom: look.bottom,
          },
        ).y + 5;
  }
}

const FORMULAS = [
  'f(x) = 3x + b',
  'P(A | B) = P(B | A) P(A) / P(B)',
  'Σ (x - µ) = 0',
  'y = w x + e',
  'L(w) = - log p(x; w)',
  'E = mc²',
  'O(n log n)',
  'dL / dw = 2 (y - t) x',
  'x = (-b ± D) / 2a',
  's(z) = 1 / (1 + exp(-z))',
  'a² + b² = c²',
  'A x = k x',
  'T(n) = 2 T(n/2) + n',
  'p = F / A',
  'var(X) = E[X²] - E[X]²',
];

export function drawFormulas({ paper, dice, scribe }: Setting, look: Look): void {
  const italic: TextStyle = {
    face: getFace('tinos'),
    size: dice.between(28, 42),
    italic: true,
    colour: look.ink,
  };
  let y = look.top + 20;
  for (let row = dice.integer(2, 4); row > 0 && y < look.bottom - 40; row--) {
    if (dice.chance(0.6))
      y =
        paper.block(
          scribe.write(
            '[Let {sThing} be {sQuality}:|Given {sMatter},|where {sThing} is the {sMatter}|Minimize|Then|Bayes rule:|Theorem {1-9}. {SClause}.]',
          ),
          { x: look.margin, y, width: paper.width - 2 * look.margin, style: look.body },
        ).y + 12;
    const formula = dice.pick(FORMULAS);
    paper.text(paper.width / 2, y + italic.size, formula, italic, 'center');
    y += italic.size * dice.between(1.6, 2.2);
  }
}

const NAMES = [
  'data',
  'x',
  'i',
  'node',
  'list',
  'count',
  'result',
  'model',
  'key',
  'value',
  'self',
  'item',
  'total',
  'path',
  'user',
  'n',
];

export function drawProgram({ paper, dice, scribe }: Setting, look: Look): void {
  const code: TextStyle = {
    face: getFace(dice.pick(['cousine', 'courier-prime'])),
    size: dice.between(17, 23),
    colour: '#111',
  };
  const { margin, top } = look;
  const name = () => dice.pick(NAMES);
  const lines = Array.from({ length: dice.integer(5, 13) }, () => {
    const depth = dice.integer(0, 2);
    const text = dice.pick([
      `def ${name()}(${name()}, ${name()}):`,
      `for ${name()} in range(${dice.integer(2, 99)}):`,
      `${name()} = ${name()}[${name()}] + ${dice.integer(1, 9)}`,
      `return ${name()}`,
      `if (${name()} == null) {`,
      `}`,
      `print("${name()}")`,
      `import ${name()}`,
      `public void ${name()}() {`,
      `SELECT ${name()} FROM ${name()};`,
      `// ${name()} is ${name()}`,
      `const ${name()} = new ${capitalised(name())}();`,
    ]);
    return { depth, text };
  });
  const step = code.size * 1.32;
  const isDarkBox = dice.chance(0.3);
  paper.box(
    margin,
    top,
    paper.width - 2 * margin,
    lines.length * step + 24,
    isDarkBox ? '#1e1e2e' : '#f1f3f5',
  );
  for (const [row, { depth, text }] of lines.entries()) {
    const colour = dice.pick(
      isDarkBox
        ? ['#eee', '#9cdcfe', '#ce9178', '#c586c0']
        : ['#111', '#111', '#0000c0', '#0a6b2d', '#a31515'],
    );
    paper.text(margin + 18 + depth * 34, top + 16 + (row + 0.7) * step, text, styled(code, { colour }));
  }
  const y = top + lines.length * step + 60;
  if (y < look.bottom)
    paper.text(
      margin,
      y,
      scribe.write('[{bullet}|Output: {10-999}|What does this do?|Time complexity: O(n)]'),
      look.body,
    );
}

/** Boxes in a row, a ring or a tree, joined by arrows. */
export function drawDiagram({ paper, dice, scribe }: Setting, look: Look): void {
  const { context } = paper;
  const count = dice.integer(3, 6);
  const shape = dice.integer(0, 2);
  const [cx, cy] = [paper.width / 2, (look.top + look.bottom) / 2];
  const wide = Math.min(170, (paper.width - 2 * look.margin) / count - 18);
  const places = Array.from({ length: count }, (_, index): [number, number] => {
    if (shape === 0)
      return [
        look.margin + (index + 0.5) * ((paper.width - 2 * look.margin) / count),
        cy + (dice.chance(0.3) ? 60 : 0),
      ];
    const angle = (2 * Math.PI * index) / count - Math.PI / 2;
    if (shape === 1)
      return [
        cx + 0.32 * paper.width * Math.cos(angle),
        cy + 0.34 * (look.bottom - look.top) * Math.sin(angle),
      ];
    return index === 0
      ? [cx, look.top + 40]
      : [look.margin + (index - 0.5) * ((paper.width - 2 * look.margin) / (count - 1)), look.bottom - 80];
  });
  context.strokeStyle = look.ink;
  context.lineWidth = 2;
  for (let index = 1; index < count; index++) {
    const [from, to] = [places[shape === 2 ? 0 : index - 1], places[index]];
    if (!from || !to) continue;
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
    const [tipX, tipY] = [to[0] - 0.55 * wide * Math.cos(angle), to[1] - 34 * Math.sin(angle)];
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.lineTo(tipX, tipY);
    context.lineTo(tipX - 12 * Math.cos(angle - 0.5), tipY - 12 * Math.sin(angle - 0.5));
    context.moveTo(tipX, tipY);
    context.lineTo(tipX - 12 * Math.cos(angle + 0.5), tipY - 12 * Math.sin(angle + 0.5));
    context.stroke();
  }
  const isRound = dice.chance(0.3);
  const fill = dice.pick(['#dbeafe', '#fde68a', '#dcfce7', '#fee2e2', '#e5e7eb', '#fff']);
  for (const [x, y] of places) {
    context.fillStyle = fill;
    context.beginPath();
    if (isRound) context.ellipse(x, y, wide / 2, 34, 0, 0, 2 * Math.PI);
    else context.rect(x - wide / 2, y - 30, wide, 60);
    context.fill();
    context.stroke();
    const text = scribe.write('[{sThing}|{SThing}|{thing}|{method}|{SMatter}|Step {1-6}]');
    paper.text(
      x,
      y + 6,
      text,
      fitted(paper, text, wide - 14, styled(look.body, { size: 18, colour: '#111' })),
      'center',
    );
  }
}

export function drawPlot(setting: Setting, look: Look): void {
  const { paper, dice, scribe } = setting;
  const frame = {
    x: look.margin + 10,
    y: look.top,
    width: paper.width - 2 * look.margin - 20,
    height: look.bottom - look.top - 30,
  };
  if (look.isDark) paper.box(frame.x - 10, frame.y - 10, frame.width + 20, frame.height + 20, '#fff');
  drawChart(setting, frame, styled(look.body, { size: 15, colour: '#111' }));
  if (dice.chance(0.6))
    paper.text(
      paper.width / 2,
      look.bottom + 8,
      scribe.write('[{SMatter} as a function of {sThing}|Source: {institution}|{rate} of {thing+s}]'),
      styled(look.body, { size: 16 }),
      'center',
    );
}

export function drawPictures({ paper, dice, scribe }: Setting, look: Look): void {
  const count = dice.integer(1, 3);
  const wide = (paper.width - 2 * look.margin) / count;
  for (let index = 0; index < count; index++) {
    const x = look.margin + index * wide;
    drawPicture(paper, { x: x + 6, y: look.top, width: wide - 12, height: (look.bottom - look.top) * 0.78 });
    paper.text(
      x + wide / 2,
      look.bottom - 14,
      scribe.write('[{SThing}|{SMatter}|({measure})|{city}, {thisYear}|]'),
      styled(look.body, { size: 17 }),
      'center',
    );
  }
}

export function drawQuote({ paper, scribe }: Setting, look: Look): void {
  const y = paper.block(scribe.write('"{SClause}."'), {
    x: look.margin + 50,
    y: look.top + 40,
    width: paper.width - 2 * look.margin - 100,
    style: styled(look.body, { size: look.body.size * 1.25, italic: true }),
    align: 'center',
    leading: 1.3,
    bottom: look.bottom - 40,
  }).y;
  paper.text(
    paper.width - look.margin - 50,
    y + 40,
    scribe.write('- {person}, {pastYear}'),
    look.body,
    'right',
  );
}
