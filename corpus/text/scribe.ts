/**
 * Who writes a page: names, firms, addresses, dates and amounts of one made-up world, and the rules of prose over them. One
 * scribe writes one page, in one year, about one matter.
 */
import { de, en, es, fr } from '@faker-js/faker';
import type { Dice } from '../dice.js';
import { AD_RULES } from './advert-prose.js';
import { FORM_RULES } from './form-prose.js';
import { createWriter, type Rules, type Write } from './grammar.js';
import { LETTER_RULES } from './letter-prose.js';
import { DESK_RULES } from './news-desk.js';
import { NEWS_RULES } from './news-prose.js';
import { OFFICE_RULES } from './office-prose.js';
import { REPORT_RULES } from './report-prose.js';
import { SCIENCE_RULES } from './science-prose.js';
import { SCIENCE_TOPICS, type ScienceTopic } from './science-topics.js';
import { OFFICE_TOPICS, type Topic } from './topics.js';
import { COMPANY_RULES, GENERAL_RULES, JOB_TITLES } from './world.js';

export type Person = { first: string; last: string; initial: string; isWoman: boolean };

export type Scribe = {
  readonly dice: Dice;
  readonly year: number;
  readonly topic: Topic;
  readonly science: ScienceTopic;
  readonly write: Write;
  person(): Person;
  fullName(person?: Person): string;
  company(): string;
  jobTitle(): string;
  /** Street, and city with state and code. */
  address(): [string, string];
  phone(): string;
  /** In one of the forms of the year's letters, or as asked for. */
  date(form?: DateForm): string;
  /** Dollars from a number, e.g. 1,234.50. */
  money(amount: number, decimals?: number): string;
  /** As many sentences by one of the rules, as a paragraph. */
  sentences(rule: string, count: number): string;
};

type DateForm = 'long' | 'short' | 'european' | 'iso' | 'upper';

export const MONTHS =
  'January February March April May June July August September October November December'.split(' ');
export const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

const generic = (list: unknown): string[] => {
  const entries = Array.isArray(list) ? list : hasGeneric(list) ? list.generic : [];
  return entries.filter((entry): entry is string => typeof entry === 'string');
};
const hasGeneric = (list: unknown): list is { generic: unknown[] } =>
  typeof list === 'object' && list !== null && 'generic' in list && Array.isArray(list.generic);

const plainWords = (list: unknown) => generic(list).filter((word) => /^[a-z]{3,12}$/.test(word));
const printable = (list: unknown) => generic(list).filter((word) => /^[\u0020-\u00ff]+$/.test(word));

const WOMEN = printable(en.person?.first_name?.female);
const MEN = printable(en.person?.first_name?.male);
const LAST_NAMES = printable(en.person?.last_name);
const FOREIGN_NAMES = [de, fr, es].flatMap((locale) => printable(locale.person?.last_name));
const CITIES = printable(en.location?.city_name);
const STATES = printable(en.location?.state_abbr);
const STATE_NAMES = printable(en.location?.state);
const STREETS = [
  ...printable(en.location?.street_name),
  'Main Street',
  'Park Avenue',
  'Third Avenue',
  'Broadway',
];
const COUNTRIES = printable(en.location?.country).filter((country) => country.length < 16);

/** Words of no matter in particular, so that no page's words are its topic's alone. */
const STRAY_RULES: Rules = {
  strayNoun: plainWords(en.word?.noun),
  strayVerb: plainWords(en.word?.verb),
  strayAdjective: plainWords(en.word?.adjective),
  strayAdverb: plainWords(en.word?.adverb),
  dish: printable(en.food?.dish),
  fruit: printable(en.food?.fruit),
  ingredient: printable(en.food?.ingredient),
  genre: printable(en.music?.genre),
  carMaker: printable(en.vehicle?.manufacturer),
  carType: printable(en.vehicle?.type),
  colour: printable(en.color?.human),
};

export function createScribe(dice: Dice, year: number): Scribe {
  const topic = dice.pick(OFFICE_TOPICS);
  const science = dice.pick(SCIENCE_TOPICS);

  const person = (): Person => {
    const isWoman = dice.chance(year < 1980 ? 0.25 : 0.45);
    // A second letter alone repeats too rarely to be worth a list.
    const initial = `${dice.pick([...'ABCDEFGHJKLMNPRSTW'])}.`;
    const last = dice.chance(0.12) ? dice.pick(FOREIGN_NAMES) : dice.pick(LAST_NAMES);
    return { first: dice.pick(isWoman ? WOMEN : MEN), last, initial, isWoman };
  };
  const fullName = (who = person()) =>
    dice.pick([`${who.first} ${who.last}`, `${who.first} ${who.initial} ${who.last}`]);
  const date = (form?: DateForm): string => {
    const month = dice.integer(0, 11);
    const day = dice.integer(1, 28);
    const name = MONTHS[month] ?? '';
    const two = (value: number) => String(value).padStart(2, '0');
    const chosen = form ?? dice.pick(['long', 'long', 'long', 'long', 'short', 'european', 'upper']);
    if (chosen === 'short') return `${month + 1}/${day}/${two(year % 100)}`;
    if (chosen === 'european') return `${day} ${name} ${year}`;
    if (chosen === 'iso') return `${year}-${two(month + 1)}-${two(day)}`;
    const long = `${name} ${day}, ${year}`;
    return chosen === 'upper' ? long.toUpperCase() : long;
  };
  const phone = () =>
    `${dice.pick(['(###) ###-####', '###-###-####', '### ###-####', '###/###-####'])}`.replace(/#/g, () =>
      String(dice.integer(1, 9)),
    );

  const fixed = {
    person: () => fullName(),
    surname: () => person().last,
    firstName: () => person().first,
    initials: () =>
      dice.pick(['{a}.{b}.', '{a}. {b}.']).replace(/\{.\}/g, () => dice.pick([...'ABCDEFGHJKLMRSTW'])),
    city: () => dice.pick(CITIES),
    state: () => dice.pick(STATES),
    stateName: () => dice.pick(STATE_NAMES),
    street: () => dice.pick(STREETS),
    country: () => dice.pick(COUNTRIES),
    year: () => String(year - dice.integer(0, 3)),
    thisYear: () => String(year),
    nextYear: () => String(year + 1),
    pastYear: () => String(year - dice.integer(1, 20)),
    month: () => dice.pick(MONTHS),
    weekday: () => dice.pick(WEEKDAYS),
    date: () => date(),
    longDate: () => date('long'),
    shortDate: () => date('short'),
    phone,
    title: () => dice.pick(JOB_TITLES),
    code: () => `${dice.pick([...'ABCDEFGHKLMPRSTWX'])}${dice.integer(10, 9999)}`,
    thing: topic.things,
    matter: topic.matters,
    deed: topic.deeds,
    quality: topic.qualities,
    topicName: [topic.name],
    sThing: science.things,
    sMatter: science.matters,
    sDeed: science.deeds,
    sQuality: science.qualities,
    material: science.materials,
    method: science.methods,
    journal: science.journals,
    fieldName: [science.name],
  } satisfies Rules;

  const write = createWriter(dice, {
    ...STRAY_RULES,
    ...GENERAL_RULES,
    ...COMPANY_RULES,
    ...OFFICE_RULES,
    ...SCIENCE_RULES,
    ...NEWS_RULES,
    ...AD_RULES,
    ...DESK_RULES,
    ...LETTER_RULES,
    ...FORM_RULES,
    ...REPORT_RULES,
    ...fixed,
  });

  return {
    dice,
    year,
    topic,
    science,
    write,
    person,
    fullName,
    company: () => write('{company}'),
    jobTitle: () => dice.pick(JOB_TITLES),
    address: () => [
      write('[{1-999}|{100-9999}|{100-9999}] {street}[||||, Suite {10-900}|, Room {2-40}|, {2-30}th Floor]'),
      write('{city}, [{state}|{state}|{stateName}] [ |]{10001-98999}'),
    ],
    phone,
    date,
    money: (amount, decimals = 2) =>
      amount.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
    sentences(rule, count) {
      const written = Array.from({ length: count }, () => {
        const sentence = write(`{${rule}}`).trim();
        return sentence.charAt(0).toUpperCase() + sentence.slice(1);
      });
      return written.join(' ');
    },
  };
}
