/** Draws the curves of a training of the starter model, from its log. */
import { readFile, writeFile } from 'node:fs/promises';

type LogLine = { stage: string; type: string; step: number; [figure: string]: unknown };
type Point = [x: number, y: number];
type Curve = { name: string; points: Point[] };
type Panel = { title: string; curves: Curve[]; isShare: boolean };

const PANEL = { width: 420, height: 240, left: 52, right: 12, top: 34, bottom: 34 };
// Told apart by people who do not see red and green, too (Okabe and Ito 2008).
const COLOURS = ['#0072b2', '#d55e00', '#009e73'];

/** Writes `svgFile` from the lines of `logFile`. */
export async function drawCurves(logFile: string, svgFile: string): Promise<void> {
  const lines = (await readFile(logFile, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);
  await writeFile(svgFile, svgOf(panelsOf(lines)));
}

/** The stages that learn the kinds, one after the other: the steps of the second go on from the last of the first. */
const STAGES_OF_KINDS = ['kinds', 'whole'];

function panelsOf(lines: readonly LogLine[]): Panel[] {
  const curve = (name: string, stage: string, type: string, figure: string): Curve => ({
    name,
    points: lines.flatMap((line): Point[] => {
      const value = line[figure];
      return line.stage === stage && line.type === type && typeof value === 'number'
        ? [[line.step, value]]
        : [];
    }),
  });
  const curveOfKinds = (name: string, figure: string): Curve => {
    let before = 0;
    const points = STAGES_OF_KINDS.flatMap((stage) => {
      const ofStage = curve(name, stage, 'epoch', figure).points.map(
        ([step, value]): Point => [before + step, value],
      );
      before = ofStage.at(-1)?.[0] ?? before;
      return ofStage;
    });
    return { name, points };
  };
  return [
    {
      title: 'Self-supervised: loss of the three tasks together',
      isShare: false,
      curves: [
        curve('of a step', 'pretraining', 'step', 'loss'),
        curve('mean of an epoch', 'pretraining', 'epoch', 'loss'),
      ],
    },
    {
      title: 'Self-supervised: right answers',
      isShare: true,
      curves: [
        curve('masked words', 'pretraining', 'step', 'wordAccuracy'),
        curve('covered lines', 'pretraining', 'step', 'alignmentAccuracy'),
        curve('image of the page', 'pretraining', 'step', 'matchingAccuracy'),
      ],
    },
    {
      title: 'Kinds of documents: loss',
      isShare: false,
      curves: [
        curveOfKinds('training, changed pages', 'trainLoss'),
        curveOfKinds('validation', 'validationLoss'),
      ],
    },
    {
      title: 'Kinds of documents: accuracy',
      isShare: true,
      curves: [
        curveOfKinds('training, changed pages', 'trainAccuracy'),
        curveOfKinds('validation', 'validationAccuracy'),
      ],
    },
  ];
}

function svgOf(panels: readonly Panel[]): string {
  const width = 2 * PANEL.width;
  const height = PANEL.height * Math.ceil(panels.length / 2);
  const drawn = panels.map((panel, index) => {
    const place = `translate(${(index % 2) * PANEL.width} ${Math.floor(index / 2) * PANEL.height})`;
    return `<g transform="${place}">${drawPanel(panel)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>Training curves of the starter model</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, curves, isShare }: Panel): string {
  const points = curves.flatMap((curve) => curve.points);
  const lastStep = Math.max(1, ...points.map(([x]) => x));
  const highest = isShare ? 1 : Math.max(0.1, ...points.map(([, y]) => y));
  const { width, height, left, right, top, bottom } = PANEL;
  const x = (step: number) => left + ((width - left - right) * step) / lastStep;
  const y = (value: number) => height - bottom - ((height - top - bottom) * value) / highest;
  const axis = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = share * highest;
    const text = isShare ? `${(100 * value).toFixed(0)} %` : value.toPrecision(2);
    return (
      `<line x1="${left}" x2="${width - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>` +
      `<text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${text}</text>`
    );
  });
  const lines = curves.map(({ name, points: line }, index) => {
    const path = line.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const legendX = left + 8 + index * 125;
    return (
      `<polyline points="${path}" fill="none" stroke="${COLOURS[index]}" stroke-width="1.5"/>` +
      `<text x="${legendX}" y="${top - 6}" fill="${COLOURS[index]}">${name}</text>`
    );
  });
  return [
    `<text x="${left}" y="14" font-weight="bold">${title}</text>`,
    ...axis,
    `<text x="${width - right}" y="${height - 12}" text-anchor="end">${lastStep} optimiser steps</text>`,
    ...lines,
  ].join('\n');
}
