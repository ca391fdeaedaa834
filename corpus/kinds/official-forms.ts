/** Forms as authorities and insurers print them: dense, numbered, ruled; tax forms, boxed slips, their instructions. */
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { capitalised } from '../text/grammar.js';
import { drawBar, drawBoxGrid, drawFormHead, drawFormInk, drawSignHere, drawTicks } from './form-parts.js';
import { cutToFit, flowColumns } from './parts.js';

/** Numbered lines, dots that lead to a narrow column of amounts, parts under black bars. */
export function drawTaxForm(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const ink = drawFormInk(setting);
  const left = dice.between(34, 52);
  const right = paper.width - left;
  let y = drawFormHead(setting, ink, left, right);
  if (dice.chance(0.85))
    y = drawBoxGrid(setting, { x: left, y, width: right - left, height: dice.between(60, 190) }, ink) + 1;
  const small = styled(ink.print, { size: dice.between(7.6, 8.8) });
  const amount = dice.between(70, 96);
  const bottom = paper.height - dice.between(60, 110);
  const step = dice.between(13.5, 18);
  let number = 1;
  let part = 0;
  let untilBar = 0;
  while (y + step < bottom) {
    if (untilBar === 0) {
      y = drawBar(setting, ink, left, right, y, part);
      part += 1;
      untilBar = dice.integer(5, 16);
    }
    untilBar -= 1;
    const isQuestion = dice.chance(0.12);
    const baseline = y + step - 4.5;
    paper.text(left + 4, baseline, String(number), styled(small, { bold: true }));
    const room = right - amount - left - 60;
    const end = paper.text(
      left + 24,
      baseline,
      cutToFit(paper, scribe.write('{formLine}'), room, small),
      small,
    );
    const column = right - amount;
    if (isQuestion) drawChoice(setting, column, baseline, small);
    else {
      for (let dot = end + 8; dot < column - 26; dot += 11) paper.box(dot, baseline - 1.5, 1.3, 1.3, '#000');
      paper.box(column - 18, y, 18, step, ink.rule, 0.6);
      paper.text(column - 9, baseline, String(number), styled(small, { bold: true }), 'center');
      paper.box(column, y, amount, step, ink.rule, 0.6);
      if (!dice.chance(Math.max(0.3, ink.emptiness)))
        paper.text(
          right - 4,
          baseline + 0.5,
          scribe.money(dice.between(0, 90_000), dice.pick([0, 2])),
          styled(ink.value, { size: Math.min(step - 3, ink.value.size) }),
          'right',
        );
    }
    y += step;
    number += 1;
  }
  drawSignHere(setting, ink, left, right, y + 2);
}

function drawChoice({ paper, dice }: Setting, x: number, baseline: number, small: TextStyle): void {
  const chosen = dice.integer(0, 2);
  for (const [index, text] of ['Yes', 'No'].entries()) {
    const at = x + 4 + index * 36;
    paper.box(at, baseline - 7, 7.5, 7.5, '#000', 0.8);
    if (chosen === index) paper.line(at - 1, baseline - 8, at + 8, baseline + 1, 1.3);
    paper.text(at + 11, baseline, text, small);
  }
}

/** A statement of wages, interest or benefits: hardly more than numbered boxes, once or several times on the sheet. */
export function drawSlips(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const ink = { ...drawFormInk(setting), emptiness: dice.pick([0.1, 0.35, 0.6]) };
  const isFlat = paper.height < 800;
  const copies = isFlat ? 1 : dice.pick([1, 2, 2, 3, 4]);
  const margin = dice.between(26, 60);
  const each = (paper.height - 2 * margin) / Math.max(copies, isFlat ? 1 : 2);
  const title = scribe.write(
    '[Wage and Tax Statement|Statement of [Benefits|Earnings|Account]|Interest Income|Distributions From Pensions, Annuities, Retirement Plans|Miscellaneous Income|Certificate of Contribution|Explanation of Benefits|Tuition Statement|Mortgage Interest Statement]',
  );
  const name = scribe.write('[W-{2-9}|{1000-1099}-[A|B|R|S|X]|{code}|SSA-{1000-1099}]');
  for (let copy = 0; copy < copies; copy++) {
    const y = margin + copy * each;
    const half = (paper.width - 2 * margin) * dice.between(0.45, 0.62);
    const height = each - 52;
    const below = drawBoxGrid(setting, { x: margin, y, width: half, height }, ink);
    drawBoxGrid(
      setting,
      { x: margin + half, y, width: paper.width - 2 * margin - half, height: below - y },
      ink,
      9,
    );
    paper.text(margin, below + 17, `Form  ${name}`, styled(ink.print, { size: 13, bold: true }));
    paper.text(margin + 130, below + 17, title, styled(ink.print, { size: 11, bold: true }));
    paper.text(
      paper.width - margin,
      below + 18,
      String(year),
      styled(ink.print, { size: 19, bold: true }),
      'right',
    );
    paper.text(
      margin,
      below + 30,
      scribe.write(
        "Copy [A|B|C|1|2] - [To Be Filed With Employee's Return|For {stateName} Tax Department|For Recipient's Records|For Employer]   {formAgency}",
      ),
      styled(ink.print, { size: 7.4 }),
    );
    if (copies > 1 && dice.chance(0.5))
      paper.line(10, y + each - 8, paper.width - 10, y + each - 8, 0.5, '#888');
  }
}

/** Boxes from top to bottom in sections: registrations, permits, claims. */
export function drawBoxedForm(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const ink = drawFormInk(setting);
  const left = dice.between(32, 58);
  const right = paper.width - left;
  let y = drawFormHead(setting, ink, left, right) + 3;
  let number = 1;
  const bottom = paper.height - 120;
  for (let part = 0; y < bottom - 60 && part < 6; part++) {
    if (dice.chance(0.75)) y = drawBar(setting, ink, left, right, y, part);
    const kind = dice.uniform();
    if (kind < 0.62) {
      const height = Math.min(bottom - y, dice.between(60, 240));
      y = drawBoxGrid(setting, { x: left, y, width: right - left, height }, ink, number) + 3;
      number += 12;
    } else if (kind < 0.82) y = drawTicks(setting, ink, left, right, y + 4);
    else
      y =
        paper.block(
          Array.from({ length: dice.integer(2, 4) }, () => scribe.write('[{formNote}|{formRule}]')).join(' '),
          { x: left + 3, y: y + 2, width: right - left - 6, style: ink.print, leading: 1.15, bottom },
        ).y + 5;
  }
  drawSignHere(setting, ink, left, right, y + 4);
}

/** The small print that comes with a form. */
export function drawInstructions({ paper, scribe, dice }: Setting): void {
  const body: TextStyle = { face: getFace(dice.pick([...FACES.sans, 'tinos'])), size: dice.between(8.6, 11) };
  const left = dice.between(38, 62);
  const width = paper.width - 2 * left;
  let y = dice.between(40, 70);
  const number = scribe.write('{code}');
  if (dice.chance(0.7)) {
    const title = scribe.write(
      `[Instructions for Form ${number}|General Instructions|How to complete this form|INSTRUCTIONS|Specific Instructions]`,
    );
    paper.text(left, y, title, styled(body, { size: dice.between(15, 24), bold: true }));
    y += 16;
    paper.line(left, y, left + width, y, 1.5);
    y += 10;
  } else
    paper.text(
      left,
      y - 14,
      scribe.write(`Form ${number} ({thisYear})                Page {2-9}`),
      styled(body, { size: 8.5 }),
    );
  const text = Array.from({ length: 60 }, () =>
    capitalised(scribe.sentences('formRule', dice.integer(1, 4))),
  ).join('\n');
  flowColumns(
    paper,
    text,
    { x: left, y, width, bottom: paper.height - 50 },
    { count: dice.integer(1, 3), gutter: 16, style: body, indent: 0, gap: 0.5, justify: dice.chance(0.4) },
  );
  paper.text(
    left + width,
    paper.height - 30,
    scribe.write(`Form ${number} ([Rev. {1-12}-{thisYear}|{thisYear}])`),
    styled(body, { size: 8, bold: true }),
    'right',
  );
}
