/** Printed electronic mail: the header blocks of a dozen programs, forwarded chains, long lists of readers, short bodies. */
import { drawNote } from '../drawing/marks.js';
import type { TextStyle } from '../drawing/paper.js';
import { FACES, getFace } from '../drawing/typefaces.js';
import { type Kind, type Setting, styled, uprightFormat } from '../setting.js';
import type { Person } from '../text/scribe.js';
import { MONTHS, WEEKDAYS } from '../text/scribe.js';

export const email: Kind = {
  name: 'email',
  share: 2,
  years: [1986, 2011],
  format: uprightFormat,
  draw: drawEmail,
};

type Look = { style: TextStyle; label: TextStyle; left: number; right: number; tab: number; line: number };

function drawEmail(setting: Setting): void {
  const { paper, scribe, dice, year } = setting;
  const { width } = paper;
  const family = dice.uniform();
  const names = family < 0.42 ? FACES.printer : family < 0.75 ? FACES.sans : FACES.serif;
  const face = getFace(dice.pick(names));
  const isVt = face.name === 'vt323';
  const style: TextStyle = { face, size: dice.between(10, 13.6) * (isVt ? 1.3 : 1), bold: false };
  const left = dice.between(42, 110);
  const look: Look = {
    style,
    label: styled(style, { bold: dice.chance(0.5) }),
    left,
    right: width - dice.between(40, 130),
    tab: dice.chance(0.6) ? dice.between(62, 130) : 0,
    line: style.size * dice.between(1.08, 1.28),
  };
  let y = dice.between(45, 120);
  if (dice.chance(0.3)) {
    // The reader's own name above a heavy rule, as office programs print it.
    const owner = scribe.person();
    paper.text(left, y, `${owner.last}, ${owner.first} ${owner.initial}`, {
      face: getFace('arimo'),
      size: dice.between(13, 18),
      bold: true,
    });
    y += 6;
    paper.line(left, y, look.right, y, dice.between(1.5, 4));
    y += look.line * 0.9;
  } else if (dice.chance(0.14)) {
    paper.text(
      left,
      y,
      scribe.write(
        '[{firmWord} Mail|PROFS NOTE|MEMO: ELECTRONIC MAIL|cc:Mail for: {person}|Lotus Notes|E-MAIL|Message|INTEROFFICE MAIL|A1 Mail - {company}|Note for {surname}, {firstName}|Printed by: {person}|{person} on {shortDate}|Microsoft Mail v3.0|From the desk of {person}]',
      ),
      styled(style, { bold: true, size: style.size * dice.between(1, 1.5) }),
    );
    y += look.line * 1.8;
  }
  const messages = dice.chance(0.62) ? 1 : dice.integer(2, 4);
  for (let message = 0; message < messages && y < 900; message++) {
    if (message > 0 || dice.chance(0.22)) y = drawDivider(setting, look, y + look.line);
    y = drawHeader(setting, look, y, year);
    if (dice.chance(0.22)) {
      paper.line(left, y, dice.chance(0.5) ? look.right : left + 220, y, dice.between(0.7, 2.2));
      y += look.line * 0.5;
    }
    y = drawBody(setting, look, y + look.line * dice.between(0.3, 1.6), messages > 1 || dice.chance(0.35));
    y += look.line;
  }
  if (dice.chance(0.18)) {
    const foot = scribe.write(
      '[Page 1|1|Page {1-3} of {3-9}|file://C:\\\\MAIL\\\\{code}.htm|{shortDate} {1-12}:{10-59} PM|{code}.{file}|http://mail.{topicTag}.com/{code}]'.replace(
        '{topicTag}',
        scribe.person().last.toLowerCase(),
      ),
    );
    paper.text(
      dice.pick([width / 2, look.left + 40, look.right - 60]),
      1000 - dice.between(20, 50),
      foot,
      styled(style, { size: 9.5 }),
      'center',
    );
  }
  if (dice.chance(0.12)) drawNote(paper, scribe, dice.between(0.4, 0.72) * width, dice.between(80, 700));
  if (dice.chance(0.13)) drawRedactions(setting, look);
}

/** Lines blacked out or covered with a slip before the message was handed over. */
function drawRedactions({ paper, dice }: Setting, { style, left, right, line }: Look): void {
  const isBlack = dice.chance(0.4);
  for (let count = dice.integer(1, 4); count > 0; count--) {
    const wide = (right - left) * dice.between(0.2, 1);
    const [x, y] = [left + dice.uniform() * (right - left - wide), dice.between(150, 800)];
    const high = line * dice.integer(1, 5);
    paper.cover(x, y, wide, high);
    paper.box(x, y, wide, high, isBlack ? '#000' : '#fff');
    if (isBlack) continue;
    paper.box(x, y, wide, high, '#000', 1);
    const words = dice.pick([
      'REDACTED',
      'REDACTED - PRIVILEGED',
      'Redacted',
      'PRIVILEGED MATERIAL REDACTED',
    ]);
    paper.text(x + wide / 2, y + high / 2 + 5, words, styled(style, { bold: true }), 'center');
  }
}

function drawDivider(
  { paper, scribe, dice }: Setting,
  { style, left, right, line }: Look,
  y: number,
): number {
  const text = scribe.write(
    '[-----Original Message-----|-----Original Message-----|---------------------- Forwarded by {person} on {shortDate} {1-12}:{10-59} [AM|PM] ---------------------------|------- Forwarded Message|_______________________________|*** Forwarding note from {surname} {shortDate} {10-23}:{10-59} ***|----- Message from {person} -----|>>> {person} {shortDate} {1-12}:{10-59}[AM|PM] >>>|Begin forwarded message:]',
  );
  paper.block(text, { x: left + (dice.chance(0.3) ? 30 : 0), y: y - line, width: right - left, style });
  return y + line * (paper.widthOf(text, style) > right - left ? 1.2 : 0.4);
}

/** How people stand in a header: names, addresses, systems' ids. */
function address({ dice, scribe }: Setting, manner: number, who: Person = scribe.person()): string {
  const user = `${who.first.charAt(0)}${who.last}`.toLowerCase().replace(/[^a-z]/g, '');
  const domain = scribe.write(
    '[{a}{b}.com|{a}.com|{a}-{b}.com|aol.com|{a}.org|mail.{a}.edu|hotmail.com|{b}net.net]'
      .replaceAll(
        '{a}',
        scribe
          .write('{firmWord}')
          .toLowerCase()
          .replace(/[^a-z]/g, ''),
      )
      .replaceAll(
        '{b}',
        scribe
          .write('{firmTrade}')
          .toLowerCase()
          .replace(/[^a-z]/g, ''),
      ),
  );
  const forms = [
    `${who.last}, ${who.first} ${who.initial}`,
    `${who.last}, ${who.first}`,
    `${who.first} ${who.last}`,
    `${user}@${domain}`,
    `"${who.first} ${who.last}" <${user}@${domain}>`,
    `${who.first} ${who.initial} ${who.last}/${scribe.write('{firmWord}/{firmTrade}')}@${scribe.write('{firmWord}').toUpperCase()}`,
    `${who.last.toUpperCase().slice(0, 6)}${who.first.charAt(0)} at ${scribe.write('{city}').toUpperCase().replace(/ .*/, '')}`,
    `${who.first.toUpperCase()} ${who.last.toUpperCase()}`,
  ];
  return forms[dice.chance(0.8) ? manner : dice.integer(0, 3)] ?? user;
}

function clock({ dice, scribe, year }: Setting): string {
  const day = dice.integer(1, 28);
  const month = MONTHS[dice.integer(0, 11)] ?? '';
  const weekday = dice.pick(WEEKDAYS);
  const minutes = String(dice.integer(0, 59)).padStart(2, '0');
  const time = `${dice.integer(1, 12)}:${minutes} ${dice.pick(['AM', 'PM', 'PM'])}`;
  return dice.pick([
    `${weekday}, ${month} ${day}, ${year} ${time}`,
    `${weekday}, ${month} ${String(day).padStart(2, '0')}, ${year} ${time}`,
    `${scribe.date('short')} ${time}`,
    `${weekday.slice(0, 3)}, ${day} ${month.slice(0, 3)} ${year} ${dice.integer(10, 23)}:${minutes}:${dice.integer(10, 59)} -0${dice.integer(4, 8)}00`,
    `${day}-${month.slice(0, 3)}-${year} ${dice.integer(10, 23)}:${minutes}`,
    `${weekday.slice(0, 3)} ${month.slice(0, 3)} ${day} ${dice.integer(10, 23)}:${minutes}:${dice.integer(10, 59)} ${year}`,
    `${month} ${day}, ${year} ${time}`,
    `${scribe.date('short')}`,
  ]);
}

function drawHeader(setting: Setting, look: Look, top: number, year: number): number {
  const { paper, scribe, dice } = setting;
  const { style, label, left, right, tab, line } = look;
  let y = top;
  const manner = year < 1994 ? dice.pick([2, 6, 7, 0]) : dice.integer(0, 5);
  const readers = dice.chance(0.13) ? dice.integer(10, 45) : dice.pick([1, 1, 1, 2, 3, 4]);
  const list = (count: number) =>
    Array.from({ length: count }, () => address(setting, manner)).join(dice.chance(0.7) ? '; ' : ', ');
  const from: [string, string] = ['From', address(setting, manner)];
  const to: [string, string] = ['To', list(readers)];
  const cc: [string, string] = [
    dice.pick(['Cc', 'CC', 'cc']),
    dice.chance(0.6) ? list(dice.integer(1, 5)) : '',
  ];
  const sent: [string, string] = [dice.pick(['Sent', 'Sent', 'Date']), clock(setting)];
  const subject: [string, string] = [
    dice.pick(['Subject', 'Subject', 'Subject', 'Re', 'SUBJECT']),
    dice.chance(0.94) ? scribe.write('{emailSubject}') : '',
  ];
  const orders: [string, string][][] = [
    [from, sent, to, cc, subject],
    [from, sent, to, subject],
    [to, from, cc, sent, subject],
    [sent, from, to, subject, cc],
    [to, cc, from, ['Date', clock(setting)], subject],
    [
      from,
      to,
      ['Primary Date', clock(setting)],
      ['Sent Date', clock(setting)],
      ['Received Date', clock(setting)],
      subject,
    ],
    [['Author', from[1]], ['Date', clock(setting)], ['Priority', 'Normal'], ['TO', to[1]], subject],
    [['Message-ID', scribe.write('<{100000-999999}.{1000-9999}@{code}>')], sent, from, to, subject],
  ];
  let fields = dice.pick([...orders, orders[0] ?? [], orders[0] ?? [], orders[1] ?? []]);
  if (!fields.some(([name]) => name === cc[0]) && dice.chance(0.3)) fields = [...fields, cc];
  if (dice.chance(0.1)) fields = [...fields, ['Importance', 'High']];
  if (dice.chance(0.1))
    fields = [...fields, [dice.pick(['Attachments', 'Attach', 'Files']), scribe.write('{code}.{file}')]];
  const isLoud = dice.chance(0.25);
  for (const [name, value] of fields) {
    const shown = `${isLoud ? name.toUpperCase() : name}:`;
    y += line;
    const end = paper.text(left, y, shown, label);
    const x = tab > 0 ? Math.max(left + tab, end + 5) : end + 6;
    y =
      paper.block(value, { x, y: y - line * 0.78, width: right - x, style, leading: line / style.size }).y -
      line * 0.22;
    if (value === '') y += line * 0.01;
  }
  return y + line * 0.4;
}

function drawBody(
  { paper, scribe, dice }: Setting,
  { style, left, right, line }: Look,
  top: number,
  isShort: boolean,
): number {
  const { write } = scribe;
  let y = top;
  const bodyStyle = dice.chance(0.2) ? styled(style, { size: style.size * 1.1 }) : style;
  const leading = line / style.size;
  const bottom = 940;
  const put = (text: string, gap = 0.8, x = left) => {
    y = paper.block(text, { x, y, width: right - x, style: bodyStyle, leading, bottom }).y + gap * line;
  };
  const reader = scribe.person();
  if (dice.chance(0.5))
    put(
      dice.pick([
        `${reader.first},`,
        `${reader.first}:`,
        `${reader.first} -`,
        `Hi ${reader.first},`,
        'All,',
        'Team,',
        `Dear ${reader.first},`,
        `${reader.first.toUpperCase()},`,
        `${reader.first} and ${write('{firstName}')} -`,
      ]),
    );
  const isQuoted = dice.chance(0.06);
  const blocks = isShort ? dice.integer(0, 2) : dice.integer(1, 5);
  if (dice.chance(0.85)) put(write('{emailOpening}'), blocks === 0 ? 0.8 : dice.pick([0, 0.8]));
  for (let block = 0; block < blocks; block++) {
    const text = scribe.sentences('emailSentence', dice.integer(1, isShort ? 3 : 5));
    put(isQuoted ? `> ${text}` : dice.chance(0.04) ? text.toUpperCase() : text);
    if (dice.chance(0.12)) {
      const mark = dice.pick(['-', '*', '•', '1.', '>', 'o']);
      for (let point = 0; point < dice.integer(2, 6); point++)
        put(`${mark} ${write('{bullet}')}`, 0.1, left + 22);
      y += 0.6 * line;
    }
    if (dice.chance(0.06)) {
      paper.box(left + 20, y, 34, 36, '#000', 1);
      paper.text(left + 12, y + 48, write('{code}.{file}'), styled(style, { size: 9 }));
      y += 62;
    }
  }
  if (dice.chance(0.65)) {
    const sender = scribe.person();
    put(
      dice.pick([
        'Thanks,',
        'Thanks',
        'Thank you,',
        'Regards,',
        'Best regards,',
        'Thanks!',
        'Tks',
        '',
        'See you then.',
        'Best,',
        'Cheers,',
      ]),
      0,
    );
    put(
      dice.pick([
        sender.first,
        `${sender.first} ${sender.last}`,
        sender.first.charAt(0),
        sender.first.toUpperCase(),
        `${sender.first.charAt(0)}${sender.last.charAt(0)}`,
      ]),
      0,
    );
    if (dice.chance(0.3))
      put(write('{title}\n{company}\n[{phone}|Phone: {phone} Fax: {phone}|ext. {1000-9999}]'), 0);
  }
  if (dice.chance(0.07)) {
    y += line;
    put(
      write(
        'This [message|e-mail] and any attachments are [confidential|privileged] and intended [only|solely] for the [addressee|named recipient]. If you have received it in error, please [delete it|notify the sender] immediately.',
      ),
    );
  }
  return y;
}
