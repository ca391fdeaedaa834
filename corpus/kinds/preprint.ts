/** Papers as authors set them today: preprints in one column and conference papers in two, with formulas and numbered sections. */
import type { TextStyle } from '../drawing/paper.js';
import { getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { drawChart, drawTable, flowColumns, paragraphs } from './parts.js';

const EQUATIONS = [
  'L(w) = Σ (y - f(x; w))² + k |w|²',
  'p(x | z) = N(x; m, s²)',
  'dN / dt = r N (1 - N / K)',
  'k = A exp(-E / RT)',
  'H = - Σ p log p',
  'y = a + b x + e',
  'P(A | B) = P(B | A) P(A) / P(B)',
  'x(t) = x(0) exp(-t / T)',
  'min f(x)  subject to  g(x) < 0',
];

const SECTIONS = [
  'Introduction',
  'Related Work',
  'Background',
  'Method',
  'Data',
  'Model',
  'Experiments',
  'Results',
  'Evaluation',
  'Discussion',
  'Limitations',
  'Conclusion',
  'Acknowledgments',
];

export function drawPreprint(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { write } = scribe;
  const isTwo = dice.chance(0.5);
  const body: TextStyle = {
    face: getFace(dice.pick(['tinos', 'tinos', 'old-standard-tt', 'eb-garamond', 'libre-caslon-text'])),
    size: isTwo ? dice.between(10, 11.4) : dice.between(11.6, 13.4),
  };
  const left = isTwo ? dice.between(52, 74) : dice.between(90, 135);
  const width = paper.width - 2 * left;
  const isFirst = dice.chance(0.5);
  let y = dice.between(56, 90);
  let section = 1;
  if (isFirst) {
    if (!isTwo && dice.chance(0.4))
      paper.turned(28, 640, -90, () =>
        paper.text(
          0,
          0,
          write(
            `[preprint|e-print]:${year % 100}{10-12}.{1000-9999}v{1-3}  [cs.LG|q-bio.NC|physics|stat.ME]  {1-28} ${write('{month}').slice(0, 3)} ${year}`,
          ),
          styled(body, { size: 17, colour: '#777' }),
        ),
      );
    if (dice.chance(0.3))
      paper.text(
        left,
        y - 26,
        write(
          '[Proceedings of the {firmWord} Conference on {SMatter}, {thisYear}|Published as a conference paper at {firmWord}Conf {thisYear}|Preprint. Under review.|To appear in {journal}]',
        ),
        styled(body, { size: 9.4, italic: true }),
      );
    y =
      paper.block(write('{paperTitle}'), {
        x: left,
        y,
        width,
        style: styled(body, { size: dice.between(19, 25), bold: dice.chance(0.6) }),
        align: 'center',
        leading: 1.15,
      }).y + 14;
    const authors = dice.integer(1, 4);
    for (let author = 0; author < authors; author++) {
      const x = left + ((author + 0.5) / authors) * width;
      paper.text(x, y + 12, scribe.fullName(), styled(body, { bold: dice.chance(0.4) }), 'center');
      for (const [row, line] of [
        write('{university}'),
        write('{surname}@{state}.edu').toLowerCase(),
      ].entries())
        paper.block(line, {
          x: x - width / authors / 2,
          y: y + 16 + row * 26,
          width: width / authors,
          style: styled(body, { size: body.size * 0.85 }),
          align: 'center',
          bottom: y + 44 + row * 26,
        });
    }
    y += 84;
    if (!isTwo || dice.chance(0.4)) {
      const inset = isTwo ? 60 : 36;
      paper.text(paper.width / 2, y, 'Abstract', styled(body, { bold: true }), 'center');
      y =
        paper.block(paragraphs(scribe, 'scienceSentence', 1, [4, 7]), {
          x: left + inset,
          y: y + 8,
          width: width - 2 * inset,
          style: styled(body, { size: body.size * 0.93 }),
          align: 'justify',
          leading: 1.2,
        }).y + 8;
      if (dice.chance(0.4))
        y =
          paper.block(write('Keywords: {sMatter}, {sThing+s}, {method}'), {
            x: left + inset,
            y,
            width: width - 2 * inset,
            style: styled(body, { size: body.size * 0.93 }),
          }).y + 8;
      y += 10;
    }
  } else {
    section = dice.integer(2, 6);
    if (dice.chance(0.5))
      paper.text(
        paper.width / 2,
        y - 24,
        write('{surname} et al.   {SMatter}'),
        styled(body, { size: 9.6 }),
        'center',
      );
  }
  const columns = isTwo ? 2 : 1;
  const gutter = 20;
  const wide = (width - gutter * (columns - 1)) / columns;
  for (let column = 0; column < columns; column++) {
    const x = left + column * (wide + gutter);
    section = fillColumn(
      setting,
      { x, y, width: wide, bottom: 935 },
      body,
      section,
      isFirst && isTwo && column === 0,
    );
  }
  paper.text(paper.width / 2, 968, String(isFirst ? 1 : dice.integer(2, 24)), body, 'center');
}

function fillColumn(
  setting: Setting,
  frame: { x: number; y: number; width: number; bottom: number },
  body: TextStyle,
  first: number,
  hasAbstract: boolean,
): number {
  const { paper, scribe, dice } = setting;
  const { x, width, bottom } = frame;
  let { y } = frame;
  let section = first;
  const heading = (text: string) => {
    y =
      paper.block(text, { x, y: y + 6, width, style: styled(body, { bold: true, size: body.size * 1.15 }) })
        .y + 4;
  };
  const put = (text: string, style = body) => {
    y =
      paper.block(text, {
        x,
        y,
        width,
        style,
        align: 'justify',
        leading: 1.16,
        indent: dice.pick([0, 14]),
        bottom,
      }).y + 3;
  };
  if (hasAbstract) {
    heading('Abstract');
    put(paragraphs(scribe, 'scienceSentence', 1, [4, 7]), styled(body, { italic: dice.chance(0.4) }));
  }
  while (y < bottom - 40) {
    const kind = dice.uniform();
    if (kind < 0.2) {
      const isDeep = dice.chance(0.4);
      heading(
        scribe.write(
          isDeep
            ? `${section}.${dice.integer(1, 4)} {SMatter}`
            : `${section} ${SECTIONS[Math.min(section - 1 + dice.integer(0, 2), SECTIONS.length - 1)] ?? 'Results'}`,
        ),
      );
      if (!isDeep) section += 1;
    } else if (kind < 0.34 && y < bottom - 60) {
      paper.text(
        x + width / 2,
        y + 22,
        dice.pick(EQUATIONS),
        { face: getFace('tinos'), size: body.size * 1.1, italic: true },
        'center',
      );
      paper.text(x + width, y + 22, `(${dice.integer(1, 19)})`, body, 'right');
      y += 36;
    } else if (kind < 0.42 && y < bottom - 220) {
      const isChart = dice.chance(0.6);
      if (isChart) {
        drawChart(
          setting,
          { x: x + 6, y: y + 6, width: width - 20, height: 140 },
          styled(body, { size: 8.5 }),
        );
        y += 154;
      } else {
        const rows = Array.from({ length: dice.integer(3, 7) }, () => [
          scribe.write('[{SThing}|Ours|Baseline|{Surname} et al.|{Method}]'),
          ...[0, 1, 2].map(() => scribe.write('{10-99}.{0-9}')),
        ]);
        y =
          drawTable(
            paper,
            { x, y: y + 4, width },
            ['Method', 'A', 'B', 'F1'].map((title, index) => ({
              title,
              width: index === 0 ? 2 : 1,
              align: index === 0 ? ('left' as const) : ('right' as const),
            })),
            rows,
            { style: styled(body, { size: body.size * 0.9 }), lines: 'head', rowHeight: 1.35 },
          ) + 6;
      }
      put(
        scribe.write(
          isChart
            ? 'Figure {1-9}: {SMatter} in {material}. {SClause}.'
            : 'Table {1-6}: {tableTitle}. {SClause}.',
        ),
        styled(body, { size: body.size * 0.9 }),
      );
      y += 6;
    } else if (kind < 0.46 && section > 4) {
      heading('References');
      const list = Array.from(
        { length: 30 },
        (_, index) => `[${index + 1}] ${scribe.write('{reference}')}`,
      ).join('\n');
      flowColumns(
        paper,
        list,
        { x, y, width, bottom },
        { count: 1, gutter: 0, style: styled(body, { size: body.size * 0.88 }), indent: 0, gap: 0.25 },
      );
      return section;
    } else put(scribe.sentences('scienceSentence', dice.integer(3, 7)));
  }
  return section;
}
