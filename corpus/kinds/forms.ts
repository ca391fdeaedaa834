/** Forms to fill in and questionnaires: fields over lines and in boxes, ticks, scales, answers by hand or machine. */
import { drawSignature, drawStamp, stampLines } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled, uprightFormat } from '../setting.js';
import { drawIntake } from './intake-forms.js';
import { drawBoxedForm, drawInstructions, drawSlips, drawTaxForm } from './official-forms.js';
import { drawField, drawLetterhead, drawTable, fitted } from './parts.js';

export const form: Kind = {
  name: 'form',
  share: 1.9,
  origin: 'office',
  recentShare: 0.4,
  years: [1955, 2010],
  // Slips are torn off sheets and lie across.
  format: (dice) =>
    dice.chance(0.1) ? { width: 1000, height: dice.integer(480, 760) } : uprightFormat(dice),
  draw(setting) {
    const layout = setting.dice.uniform();
    if (setting.paper.height < 800) drawSlips(setting);
    else if (layout < 0.2) drawTaxForm(setting);
    else if (layout < 0.3) drawSlips(setting);
    else if (layout < 0.5) drawBoxedForm(setting);
    else if (layout < 0.7) drawIntake(setting);
    else if (layout < 0.75) drawInstructions(setting);
    else drawForm(setting);
  },
};

export const questionnaire: Kind = {
  name: 'questionnaire',
  share: 0.5,
  years: [1960, 2008],
  format: uprightFormat,
  draw: drawQuestionnaire,
};

const FIELD_NAMES = (
  'Name;Last Name;First Name;Address;City;State;Zip;Telephone;Date;Date of Birth;Social Security No.;Employer;Department;Position;Title;Account No.;Supervisor;Location;' +
  'Project No.;Brand;Type of Request;Reason;Amount;Quantity;Cost Center;Approved by;Requested by;Received by;Signature;Sample No.;Test;Division;Contract No.;Vehicle;License No.;' +
  'Effective Date;Expiration;Country;E-mail;Fax;Remarks;Description;Distribution;Territory;Store Name;Promotion;Copies;Method of Payment;Product;Lot No.;Age;Sex;Occupation;Diagnosis'
).split(';');

function answer({ scribe, dice }: Setting, name: string): string {
  const { write } = scribe;
  if (/Date|Expiration/.test(name)) return scribe.date('short');
  if (/Name|by|Supervisor|Signature/.test(name)) return scribe.fullName();
  if (/Telephone|Fax/.test(name)) return scribe.phone();
  if (/City|Location|Territory/.test(name)) return write('{city}');
  if (/State/.test(name)) return write('{state}');
  if (/No\.|Zip|Center/.test(name)) return write('[{code}|{1000-99999}]');
  if (/Amount/.test(name)) return `$${scribe.money(dice.integer(10, 9000))}`;
  return write('[{thing}|{matter}|{company}|{quality} {thing}|{1-500}|{title}|N/A|{street}|{adBrand}]');
}

function tick({ paper, dice }: Setting, x: number, y: number, isTicked: boolean): void {
  if (dice.chance(0.75)) paper.box(x, y - 9, 10, 10, '#000', 1);
  else paper.line(x, y + 1, x + 16, y + 1, 0.9);
  if (!isTicked) return;
  paper.line(x - 1, y - 10, x + 11, y + 2, 1.6);
  paper.line(x + 11, y - 10, x - 1, y + 2, 1.6);
}

function drawForm(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const print: TextStyle = {
    face: getFace(dice.pick([...FACES.sans, ...FACES.serif])),
    size: dice.between(9.5, 12.5),
  };
  const byHand = dice.chance(0.45);
  const value: TextStyle = {
    face: getFace(dice.pick(byHand ? FACES.hand : [...FACES.typewriter, ...FACES.printer])),
    size: byHand ? dice.between(18, 23) : 12.6,
    colour: byHand ? dice.pick(['#000', '#1b2a6b', '#222']) : '#000',
  };
  const left = dice.between(40, 75);
  const right = paper.width - left;
  let y = dice.chance(0.3) ? drawLetterhead(setting, scribe.company()) + 30 : dice.between(55, 85);
  const title = write(
    '[APPLICATION FOR {Thing}|{Thing} REQUEST FORM|{Thing} Record|{Matter} Report Form|REQUEST FOR {Thing}|{Thing} Authorization|{Matter} - {Thing} Sheet|Registration Form|Expense Report|Change of Address|{Thing} Evaluation|TRANSMITTAL SLIP|FACSIMILE COVER SHEET|Employment Application|Claim Form|{Quality} {Thing} Card]',
  );
  const titleStyle: TextStyle = { ...print, size: dice.between(15, 26), bold: true };
  const shown = dice.chance(0.5) ? title.toUpperCase() : title;
  paper.text(paper.width / 2, y, shown, fitted(paper, shown, right - left, titleStyle), 'center');
  if (dice.chance(0.4))
    paper.text(left, 24, write('Form [No. |]{code} ([Rev. |]{1-12}/{60-99})'), styled(print, { size: 8 }));
  y += dice.between(26, 50);
  const emptiness = dice.pick([0, 0.1, 0.3, 1]);
  const sections = dice.integer(1, 4);
  for (let section = 0; section < sections && y < 880; section++) {
    if (sections > 1) {
      const heading = write(
        `[${section + 1}. |SECTION ${section + 1} - |Part ${'ABCD'.charAt(section)}: |]{heading}`,
      );
      if (dice.chance(0.4)) {
        paper.box(left, y - 12, right - left, 18, dice.pick(['#ddd', '#bbb', '#222']));
        paper.text(left + 6, y + 1, heading, styled(print, { bold: true, colour: '#000' }));
      } else paper.text(left, y, heading, styled(print, { bold: true }));
      y += 26;
    }
    const manner = dice.integer(0, 3);
    if (manner === 3) y = drawBoxes(setting, left, right, y - 10, print, value, emptiness) + 24;
    else if (manner === 2 && y < 700) {
      const heads = dice.some(FIELD_NAMES, dice.integer(3, 6));
      const rows = Array.from({ length: dice.integer(3, 9) }, () =>
        heads.map((name) => (dice.chance(emptiness + 0.15) ? '' : answer(setting, name))),
      );
      y =
        drawTable(
          paper,
          { x: left, y: y - 8, width: right - left, bottom: 930 },
          heads.map((title) => ({ title, width: 1 })),
          rows,
          { style: styled(value, { size: byHand ? 15 : 10.5 }), lines: 'all', rowHeight: 1.6 },
        ) + 26;
    } else {
      const fields = dice.some(FIELD_NAMES, dice.integer(4, 14));
      const step = dice.between(24, 36);
      for (let at = 0; at < fields.length && y < 930; ) {
        const across = Math.min(dice.pick([1, 1, 2, 2, 3]), fields.length - at);
        const wide = (right - left) / across;
        for (let column = 0; column < across; column++) {
          const name = fields[at + column] ?? '';
          drawField(
            setting,
            { x: left + column * wide, y, width: wide - 10 },
            `${name}${dice.chance(0.7) ? ':' : ''}`,
            dice.chance(emptiness) ? '' : answer(setting, name),
            { label: print, value },
            dice.chance(0.95),
          );
        }
        at += across;
        y += step;
      }
    }
    if (dice.chance(0.45) && y < 900) {
      paper.text(left, y, write('{Thing} [type|status|requested]:'), print);
      let x = left + 150;
      const chosen = dice.integer(0, 3);
      for (let option = 0; option < 4; option++) {
        tick(setting, x, y, option === chosen && emptiness < 1);
        x = paper.text(x + 20, y, write('[Yes|No|{Quality}|{Thing}|Other|None]'), print) + 18;
      }
      y += 30;
    }
  }
  if (dice.chance(0.55) && y < 900) {
    const at = Math.max(y + 14, 890);
    paper.line(left, at, left + 260, at, 0.9);
    paper.text(
      left,
      at + 13,
      dice.pick(['Signature', 'Applicant', 'Authorized by', 'Employee Signature']),
      styled(print, { size: 9 }),
    );
    paper.line(right - 160, at, right, at, 0.9);
    paper.text(right - 160, at + 13, 'Date', styled(print, { size: 9 }));
    if (emptiness < 1) {
      drawSignature(paper, left + 20, at - 2, scribe.fullName(), 26);
      paper.text(right - 140, at - 4, scribe.date('short'), value);
    }
  }
  if (dice.chance(0.12))
    drawStamp(paper, dice.between(0.4, 0.8) * paper.width, dice.between(60, 900), stampLines(scribe));
}

/** Boxes with small labels in their corners, as tax forms have them. */
function drawBoxes(
  setting: Setting,
  left: number,
  right: number,
  top: number,
  print: TextStyle,
  value: TextStyle,
  emptiness: number,
): number {
  const { paper, dice } = setting;
  let y = top;
  const small = styled(print, { size: 7.8 });
  const high = dice.between(32, 42);
  for (let row = dice.integer(2, 8); row > 0 && y < 900; row--) {
    const count = dice.integer(1, 4);
    const wide = (right - left) / count;
    for (let column = 0; column < count; column++) {
      const name = dice.pick(FIELD_NAMES);
      const x = left + column * wide;
      paper.box(x, y, wide, high, '#000', 0.9);
      paper.text(x + 4, y + 9, `${dice.chance(0.5) ? `${dice.integer(1, 40)}. ` : ''}${name}`, small);
      if (!dice.chance(emptiness))
        drawField(
          setting,
          { x: x + 4, y: y + high - 7, width: wide - 8 },
          '',
          answer(setting, name),
          { label: print, value },
          false,
        );
    }
    y += high;
  }
  return y;
}

function drawQuestionnaire(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const style: TextStyle = {
    face: getFace(dice.pick([...FACES.typewriter, ...FACES.serif, ...FACES.sans])),
    size: dice.between(11, 13.6),
  };
  const left = dice.between(55, 95);
  const right = paper.width - dice.between(50, 80);
  let y = dice.between(50, 90);
  if (dice.chance(0.7)) {
    paper.text(
      paper.width / 2,
      y,
      write(
        '[QUESTIONNAIRE|{Matter} Survey|CONSUMER SURVEY|Screening Questionnaire|{Thing} Study - {code}|Telephone Interview|{month} {thisYear} TRACKING STUDY|Evaluation Form|]',
      ),
      styled(style, { bold: true, size: style.size * 1.2 }),
      'center',
    );
    y += 28;
    if (dice.chance(0.5))
      y =
        paper.block(
          write(
            '[Please answer all questions. Circle the number which best describes your opinion.|(INTERVIEWER: READ LIST. RECORD ONE ANSWER ONLY.)|Hello, my name is _________ from {company}. We are conducting a study on {matter}.|Your answers will be kept confidential.]',
          ),
          { x: left, y, width: right - left, style },
        ).y + 12;
  } else {
    paper.text(right, y - 20, `${dice.integer(2, 12)}`, style, 'right');
  }
  const isAnswered = dice.chance(0.4);
  let number = dice.pick([1, 1, dice.integer(2, 40)]);
  while (y < 900) {
    const question = write(
      '[How [often|many|much] do you {strayVerb} {some} {thing+s}?|Which of these {thing+s} do you [prefer|own|smoke|buy] most often?|Do you [agree|disagree] that {clause}?|In the past {2-12} months, have you {deed+ed} a {thing}?|What [brand|kind] of {adProduct} do you usually [buy|use|smoke]?|How would you rate the {quality} {thing}?|Have you ever heard of {adBrand}?|Are you [married|employed|a smoker|over 21]?|What is your [age|occupation|education|income]?|Why did you {deed} the {thing}?]',
    );
    y =
      paper.block(
        write(`[Q.${number}|${number}.|${number}a.|Q${number}.] ${question.replace(/[[\]{}|]/g, '')}`),
        { x: left, y, width: right - left, style },
      ).y + 4;
    number += 1;
    const manner = dice.integer(0, 3);
    const options = dice.integer(2, 7);
    const chosen = dice.integer(0, options - 1);
    if (manner === 0) {
      for (let option = 0; option < options && y < 940; option++) {
        const dots = '.'.repeat(dice.integer(8, 26));
        paper.text(
          left + 60,
          y + style.size,
          write(
            `[Yes|No|Don't know|Refused|{AdBrand}|Under {18-24}|{25-60} or over|{StrayAdjective}|Very {quality}|Not at all|Once a week|Daily|None] ${dots} ${option + 1}`,
          ),
          style,
        );
        if (option === chosen && isAnswered) paper.line(left + 290, y + style.size, left + 330, y + 2, 2);
        y += style.size * 1.35;
      }
    } else if (manner === 1) {
      let x = left + 40;
      for (let option = 0; option < options && x < right - 90; option++) {
        tick(setting, x, y + 14, option === chosen && isAnswered);
        x =
          paper.text(
            x + 20,
            y + 14,
            write("[Yes|No|Sometimes|Never|Always|Don't know|{Quality}|Other]"),
            style,
          ) + 20;
      }
      y += 24;
    } else if (manner === 2) {
      const x0 = left + 50;
      for (let point = 1; point <= 7; point++) {
        const x = x0 + point * 55;
        paper.text(x, y + 16, String(point), style, 'center');
        if (isAnswered && point === chosen + 1) {
          paper.context.strokeStyle = '#112';
          paper.context.beginPath();
          paper.context.ellipse(x, y + 11, 13, 10, 0.2, 0, 6.2);
          paper.context.stroke();
        }
      }
      paper.text(
        x0 + 20,
        y + 34,
        write('[Strongly disagree|Poor|Not at all likely|Mild]'),
        styled(style, { size: style.size * 0.85 }),
      );
      paper.text(
        x0 + 390,
        y + 34,
        write('[Strongly agree|Excellent|Very likely|Strong]'),
        styled(style, { size: style.size * 0.85 }),
        'right',
      );
      y += 42;
    } else {
      for (let row = dice.integer(1, 3); row > 0; row--) {
        y += 24;
        paper.line(left + 20, y, right, y, 0.8);
        if (isAnswered && row === 1)
          paper.text(left + 30, y - 3, write('{quality} {thing}, {strayAdjective}'), {
            face: getFace(dice.pick(FACES.hand)),
            size: 21,
          });
      }
      y += 6;
    }
    y += dice.between(8, 24);
    if (dice.chance(0.04)) break;
  }
}
