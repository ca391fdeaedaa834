/** More of what is kept of newspapers: continued stories, front pages, readers' letters, bureaus' cuttings, printed web pages. */
import { drawNote, drawStamp } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { drawLogo, drawPicture } from '../drawing/pictures.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Setting, styled } from '../setting.js';
import { drawCutEdges, drawSource } from './clipping-marks.js';
import { setStory, tell } from './news-story.js';
import { fitted, flowColumns } from './parts.js';

const bodyFace = ({ dice }: Setting) =>
  getFace(dice.pick(['tinos', 'tinos', 'old-standard-tt', 'libre-caslon-text', 'zilla-slab']));

/** The rest of a story from another page: columns with little or no headline, subheads, a pulled quotation. */
export function drawContinuation(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const { write } = scribe;
  const width = paper.width * dice.between(0.45, 0.9);
  const x = dice.between(25, paper.width - width - 20);
  const columns = Math.max(1, Math.min(dice.integer(2, 6), Math.floor(width / 92)));
  const style: TextStyle = { face: bodyFace(setting), size: dice.between(8.2, 11) };
  let y = dice.between(40, 160);
  const bottom = dice.between(620, 965);
  drawCutEdges(setting, { x, y, width, bottom });
  if (dice.chance(0.6)) {
    const text = write('[{headObject}|{newsVerbSubject}|{strayNoun}|{headObject}: {headTrouble}]');
    const head: TextStyle = {
      face: getFace(dice.pick(FACES.newsHeadline)),
      size: dice.between(17, 34),
      bold: true,
    };
    y += head.size;
    paper.text(x, y, text.charAt(0).toUpperCase() + text.slice(1), fitted(paper, text, width, head));
    y += 6;
  }
  if (dice.chance(0.7)) {
    paper.text(
      x,
      y + 10,
      write(
        '[Continued from [Page {1-9}|{1-9}A|A{1-20}|page one|Page B{1-9}]|(Continued)|From Page {1-9}|• FROM PAGE {1-9}{newsSection}|cont.]',
      ),
      styled(style, { italic: dice.chance(0.5), bold: dice.chance(0.4) }),
    );
    y += 16;
  }
  const gutter = dice.between(8, 15);
  const wide = (width - gutter * (columns - 1)) / columns;
  const tops = Array.from({ length: columns }, () => y);
  if (dice.chance(0.3) && columns > 1) {
    const column = dice.integer(0, columns - 1);
    const at = x + column * (wide + gutter);
    paper.line(at, y + 4, at + wide, y + 4, 2.5);
    const quote = paper.block(write('"{clause}."'), {
      x: at,
      y: y + 8,
      width: wide,
      style: { ...style, size: style.size * 1.5, bold: true },
      leading: 1.1,
    });
    const below = paper.block(write('- {person}'), { x: at, y: quote.y, width: wide, style }).y;
    paper.line(at, below + 4, at + wide, below + 4, 1);
    tops[column] = below + 10;
  }
  const story = tell(setting);
  const text = story
    .body(110)
    .split('\n')
    .map((paragraph, index) =>
      index === 0 ? paragraph.charAt(0).toLowerCase() + paragraph.slice(1) : paragraph,
    )
    .join('\n');
  flowColumns(
    paper,
    text,
    { x, y, width, bottom },
    {
      count: columns,
      gutter,
      style,
      leading: dice.between(1.02, 1.14),
      tops,
      justify: dice.chance(0.85),
      ruled: dice.chance(0.25),
    },
  );
  if (dice.chance(0.4)) drawSource(setting, dice.between(40, 300), dice.between(20, 36));
}

/** The upper half of a newspaper: its name across the sheet, rules, several stories side by side. */
export function drawFrontPage(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const { write } = scribe;
  const left = dice.between(22, 50);
  const right = paper.width - left;
  const name = write('{paper}').replace(/^The /, dice.chance(0.5) ? '' : 'The ');
  const shown = dice.chance(0.4) ? name.toUpperCase() : name;
  const small: TextStyle = { face: getFace(dice.pick([...FACES.serif, ...FACES.sans])), size: 8.6 };
  let y = dice.between(24, 50);
  const style = fitted(paper, shown, right - left - 20, {
    face: getFace(dice.pick(FACES.masthead)),
    size: dice.between(54, 90),
    bold: dice.chance(0.5),
  });
  y += style.size * 0.82;
  paper.text((left + right) / 2, y, shown, style, 'center');
  y += 10;
  paper.line(left, y, right, y, dice.between(0.8, 3));
  paper.text(left, y + 11, write('Vol. {10-199}, No. {1-365}'), small);
  paper.text(
    (left + right) / 2,
    y + 11,
    write('[{weekday}, {longDate}|{weekday} Morning, {longDate}|{city}, {weekday}, {longDate}]'),
    small,
    'center',
  );
  paper.text(
    right,
    y + 11,
    write('[{10-75} Cents|{usd}1.{10-99}|Final Edition|City Edition|* * *|{2-9} Sections]'),
    small,
    'right',
  );
  paper.line(left, y + 15, right, y + 15, 0.8);
  y += 22;
  if (dice.chance(0.35)) {
    const banner = tell(setting).headline;
    const head: TextStyle = {
      face: getFace(dice.pick(FACES.newsHeadline)),
      size: dice.between(40, 70),
      bold: true,
    };
    const used = fitted(paper, banner, right - left, head);
    paper.text(left, y + used.size * 0.8, banner, used);
    y += used.size;
  }
  const across = dice.integer(2, 4);
  const bottom = dice.between(820, 968);
  const wide = (right - left) / across;
  for (let column = 0; column < across; column++) {
    const x = left + column * wide + (column === 0 ? 0 : 5);
    const cuts = dice.chance(0.5) ? [y, bottom] : [y, y + (bottom - y) * dice.between(0.35, 0.65), bottom];
    for (let piece = 1; piece < cuts.length; piece++) {
      const [from, to] = [cuts[piece - 1] ?? y, cuts[piece] ?? bottom];
      if (piece > 1 || column > 0) paper.line(x, from - 3, x + wide - 10, from - 3, 0.7);
      if (dice.chance(0.14))
        drawPicture(paper, {
          x,
          y: from + 4,
          width: wide - 10,
          height: Math.min(to - from - 10, wide * 1.2),
        });
      else
        setStory(
          setting,
          { x, y: from + 2, width: wide - 10, bottom: to - 6 },
          wide > 260 ? 2 : 1,
          dice.between(8.2, 9.8),
        );
    }
    if (column > 0 && dice.chance(0.6)) paper.line(x - 5, y, x - 5, bottom, 0.5);
  }
}

/** Letters to the editor and an editorial, with a box of the paper's own names. */
export function drawReadersLetters(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const { write } = scribe;
  const left = dice.between(40, 90);
  const width = paper.width - left - dice.between(35, 80);
  const head: TextStyle = {
    face: getFace(dice.pick(FACES.newsHeadline)),
    size: dice.between(26, 44),
    bold: true,
  };
  let y = dice.between(50, 110);
  const title = dice.pick([
    'Letters to the Editor',
    'LETTERS',
    'Readers Write',
    'Opinion',
    'Voice of the People',
    'Letters',
    'EDITORIALS',
    'Our readers say',
  ]);
  paper.text(left, y, title, fitted(paper, title, width, head));
  paper.line(left, y + 8, left + width, y + 8, 2);
  y += 18;
  const letters = Array.from({ length: dice.integer(3, 8) }, () =>
    [
      write('{headline}').toUpperCase(),
      scribe.sentences('readersLetter', dice.integer(2, 4)),
      scribe.sentences('readersLetter', dice.integer(1, 4)),
      write(
        '[{person}, {city}|{person}\n{city}|{PERSON}\n{title}, {company}]'.replace(
          '{PERSON}',
          scribe.fullName().toUpperCase(),
        ),
      ),
    ].join('\n'),
  );
  const count = dice.integer(2, 4);
  flowColumns(
    paper,
    letters.join('\n\n'),
    { x: left, y, width, bottom: dice.between(700, 960) },
    {
      count,
      gutter: 14,
      style: { face: bodyFace(setting), size: dice.between(8.8, 11) },
      leading: 1.1,
      ruled: dice.chance(0.4),
    },
  );
  if (dice.chance(0.5)) drawSource(setting, left, dice.between(18, 34));
}

/** A cutting pasted onto a bureau's or a firm's sheet, with the paper's name in its own type above it and stamps around. */
export function drawPastedClipping(setting: Setting): void {
  const { paper, dice, scribe } = setting;
  const { write } = scribe;
  const bureau = write(
    "[{firmWord} Press Clipping Bureau|{firmWord} Clipping Service|{surname}'s Press Clippings|PUBLIC RELATIONS DEPARTMENT|NEWS CLIPS|Daily News Summary|In the News|PRESS CLIPPINGS - {Matter}|{stateName} Press Services, Inc.]",
  );
  const small: TextStyle = {
    face: getFace(dice.pick([...FACES.sans, ...FACES.typewriter])),
    size: dice.between(9.5, 14),
    bold: dice.chance(0.5),
  };
  if (dice.chance(0.6)) {
    paper.text(dice.pick([60, paper.width / 2 - 80]), dice.between(28, 48), bureau, small);
    if (dice.chance(0.4)) drawLogo(paper, paper.width - 110, 20, 34);
  }
  const width = dice.between(220, 560);
  const x = dice.between(40, paper.width - width - 40);
  let y = dice.between(80, 200);
  const name = write('{paper}');
  const masthead = fitted(paper, name, width, {
    face: getFace(dice.pick(FACES.masthead)),
    size: dice.between(26, 46),
    bold: dice.chance(0.5),
  });
  paper.text(x + width / 2, y, name, masthead, 'center');
  paper.text(
    x + width / 2,
    y + 16,
    write('[{longDate}|{weekday}, {longDate}|{city}, {state}   Circ. {10-400},{100-999}|PAGE {1-40}]'),
    styled(small, { size: 10, bold: false }),
    'center',
  );
  y += dice.between(30, 60);
  const bottom = dice.between(420, 950);
  drawCutEdges(setting, { x, y, width, bottom });
  paper.turned(0, 0, dice.gaussian() * 0.9, () =>
    setStory(
      setting,
      { x, y, width, bottom },
      Math.max(1, Math.min(5, Math.floor(width / 110))),
      dice.between(8.6, 11.4),
      dice.chance(0.1),
    ),
  );
  if (dice.chance(0.55))
    drawStamp(
      paper,
      dice.between(0.2, 0.85) * paper.width,
      dice.between(30, 70),
      [scribe.date('upper')],
      dice.between(12, 18),
    );
  if (dice.chance(0.4)) drawNote(paper, scribe, dice.between(0.6, 0.85) * paper.width, dice.between(30, 850));
}
