/** Forms that people fill in by hand at a desk: patients' histories, applications for a position, registrations. */
import { drawSignature } from '../drawing/marks.js';
import { drawLogo } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { drawFormInk, drawTicks, type FormInk, filling } from './form-parts.js';
import { drawField, drawTable } from './parts.js';

/** A practice's questions with a patient's answers, or an employer's with an applicant's. */
export function drawIntake(setting: Setting): void {
  const { paper, scribe, dice } = setting;
  const { write } = scribe;
  const isMedical = dice.chance(0.5);
  const ink = drawFormInk(setting);
  ink.print = styled(ink.print, { size: dice.between(9.4, 12) });
  if (dice.chance(0.5))
    ink.value = {
      face: getFace(dice.pick(FACES.hand)),
      size: dice.between(17, 22),
      colour: dice.pick(['#111', '#1b2a6b', '#16348f']),
    };
  const left = dice.between(42, 70);
  const right = paper.width - left;
  const accent = dice.pick(['#000', '#000', '#1f4e79', '#2f5d50', '#7b2d26']);
  let y = dice.between(50, 80);
  if (dice.chance(0.4)) drawLogo(paper, left, y - 26, 40, accent);
  const title = isMedical
    ? write(
        '[PATIENT REGISTRATION|Medical History|Health History Questionnaire|New Patient Intake Form|DENTAL HISTORY|Patient Information|Consent and Release]',
      )
    : write(
        '[APPLICATION FOR EMPLOYMENT|Employment Application|Volunteer Application|Membership Application|ENROLLMENT FORM|Camp Registration|Rental Application|Credit Application]',
      );
  paper.text(
    paper.width / 2,
    y,
    title,
    styled(ink.print, { size: dice.between(17, 25), bold: true, colour: accent }),
    'center',
  );
  if (dice.chance(0.6))
    paper.text(
      paper.width / 2,
      y + 17,
      write(isMedical ? '{surname} [Medical Group|Family Practice|Clinic|Dental Associates]' : '{company}'),
      ink.print,
      'center',
    );
  y += 40;
  if (dice.chance(0.4))
    y =
      paper.block(write('{formNote}'), {
        x: left,
        y: y - 8,
        width: right - left,
        style: styled(ink.print, { italic: true, size: 9 }),
      }).y + 14;
  const sections = isMedical
    ? [
        'Patient Information',
        'Insurance',
        'Medical History',
        'Medications',
        'Family History',
        'Authorization',
      ]
    : ['Personal Information', 'Education', 'Employment History', 'References', 'General', 'Certification'];
  for (const section of sections) {
    if (y > 850) break;
    y = drawHeading(setting, section, ink, accent, left, right, y);
    if (section === 'Medical History' || section === 'Family History') {
      paper.text(
        left,
        y + 2,
        write(
          '[Check any of the following that apply|Have you ever had any of the following?|Please circle or check]:',
        ),
        ink.print,
      );
      y = drawTicks(setting, ink, left, right, y + 6, '{ailment}') + 8;
    } else if (/Education|Employment|References/.test(section))
      y = drawHistory(setting, section, ink, left, right, y) + 18;
    else if (/Authorization|Certification/.test(section))
      y =
        paper.block(write('{formNote} {formNote}'), {
          x: left,
          y,
          width: right - left,
          style: styled(ink.print, { size: 9.4 }),
          bottom: 900,
        }).y + 10;
    else y = drawFields(setting, ink, left, right, y + 6, dice.integer(6, 14));
  }
  const base = Math.min(955, Math.max(y + 30, 880));
  paper.line(left, base, left + 270, base, 0.9);
  paper.text(
    left,
    base + 12,
    isMedical ? 'Signature of patient or guardian' : 'Signature of applicant',
    styled(ink.print, { size: 8.6 }),
  );
  paper.line(right - 150, base, right, base, 0.9);
  paper.text(right - 150, base + 12, 'Date', styled(ink.print, { size: 8.6 }));
  if (ink.emptiness === 1) return;
  drawSignature(paper, left + 14, base - 2, scribe.fullName(), 26);
  paper.text(right - 140, base - 3, scribe.date('short'), ink.value);
}

function drawHeading(
  { paper, dice }: Setting,
  text: string,
  ink: FormInk,
  accent: string,
  left: number,
  right: number,
  y: number,
): number {
  const bold = styled(ink.print, { bold: true, size: ink.print.size + 1 });
  if (dice.chance(0.6)) {
    paper.box(left, y - 2, right - left, 16, accent);
    paper.text(
      left + 6,
      y + 10,
      dice.chance(0.5) ? text.toUpperCase() : text,
      styled(bold, { colour: '#fff' }),
    );
  } else {
    paper.text(left, y + 10, text, styled(bold, { colour: accent }));
    paper.line(left, y + 14, right, y + 14, 0.9, accent);
  }
  return y + 26;
}

function drawFields(
  setting: Setting,
  ink: FormInk,
  left: number,
  right: number,
  top: number,
  count: number,
): number {
  const { scribe, dice } = setting;
  const step = dice.between(22, 29);
  let y = top;
  for (let field = 0; field < count && y < 900; ) {
    const across = dice.pick([1, 2, 2, 3, 3, 4]);
    const wide = (right - left) / across;
    for (let column = 0; column < across; column++, field++) {
      const label = scribe.write('{personField}');
      const value = dice.chance(ink.emptiness) ? '' : filling(setting, label);
      drawField(
        setting,
        { x: left + column * wide, y, width: wide - 8 },
        `${label}${dice.chance(0.7) ? ':' : ''}`,
        value,
        { label: ink.print, value: ink.value },
        true,
      );
    }
    y += step;
  }
  return y;
}

function drawHistory(
  setting: Setting,
  section: string,
  ink: FormInk,
  left: number,
  right: number,
  y: number,
): number {
  const { paper, scribe, dice } = setting;
  const heads =
    section === 'Education'
      ? ['School', 'Location', 'Dates attended', 'Degree']
      : section === 'References'
        ? ['Name', 'Occupation', 'Address', 'Telephone']
        : ['Employer', 'Job title', 'From - To', 'Salary', 'Reason for leaving'];
  const rows = Array.from({ length: dice.integer(3, 5) }, (_, row) =>
    heads.map((head) => {
      if (dice.chance(Math.max(ink.emptiness, row > 1 ? 0.6 : 0.05))) return '';
      if (head === 'School') return scribe.write('{university}');
      if (head === 'From - To' || head === 'Dates attended') return scribe.write('{pastYear}-{thisYear}');
      return filling(setting, head);
    }),
  );
  return drawTable(
    paper,
    { x: left, y: y - 4, width: right - left, bottom: 940 },
    heads.map((title) => ({ title, width: 1 })),
    rows,
    { style: styled(ink.print, {}), lines: 'all', rowHeight: dice.between(2, 3) },
  );
}
