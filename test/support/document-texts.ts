/** The words of made documents, and a seeded way to choose among them. */

/** A source of chance that gives the same for the same seed. */
export type Chance = {
  /** 0 <= x < 1 */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** `count` different items, in a random order. */
  sample<Item>(items: readonly Item[], count: number): Item[];
};

/** mulberry32: small, and good enough to choose words with. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[integer(0, items.length - 1)];
    if (item === undefined) throw new Error('There is nothing to choose from');
    return item;
  };
  return {
    next,
    integer,
    pick,
    sample: (items, count) =>
      items
        .map((item) => ({ item, order: next() }))
        .sort((a, b) => a.order - b.order)
        .slice(0, count)
        .map(({ item }) => item),
  };
}

const FIRST_NAMES = [
  'Anna',
  'Peter',
  'Maria',
  'John',
  'Sofia',
  'David',
  'Clara',
  'Thomas',
  'Julia',
  'Henry',
  'Alice',
];
const LAST_NAMES = [
  'Baker',
  'Miller',
  'Fischer',
  'Laurent',
  'Novak',
  'Rossi',
  'Carter',
  'Hughes',
  'Jensen',
  'Walsh',
];
const STREETS = ['Mill Lane', 'Station Road', 'Oak Avenue', 'Harbour Street', 'Church Hill', 'Market Square'];
const TOWNS = ['Ashford', 'Brighton', 'Lincoln', 'Dover', 'Norwich', 'Exeter', 'Carlisle', 'Durham'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'September',
  'October',
  'November',
];

export const COMPANIES = [
  'Northwind Paper Ltd',
  'Harper & Sons Plumbing',
  'Bluegate Electrical',
  'Orchard Office Supplies',
  'Kestrel Printing Works',
  'Summit Garden Services',
  'Delta Freight Company',
  'Lantern Lighting Ltd',
];

export const GOODS = [
  'Copy paper A4, 500 sheets',
  'Toner cartridge black',
  'Desk lamp, adjustable',
  'Filing cabinet, steel',
  'Labour, per hour',
  'Copper pipe 15 mm',
  'Delivery and handling',
  'Envelopes C5, box',
  'Power cable 3 m',
  'Fluorescent tube 36 W',
  'Garden soil, 40 litres',
  'Binding machine rental',
  'Ballpoint pens, pack of 50',
  'Extension lead, 6 sockets',
];

const LETTER_SENTENCES = [
  'Thank you very much for your kind letter of last week.',
  'I am writing to you about the meeting that we discussed on the telephone.',
  'As you may remember, we agreed to look at the matter again in the spring.',
  'We were very pleased to hear that the work has gone so well.',
  'Unfortunately I shall not be able to visit you before the end of the month.',
  'My colleagues and I have considered your proposal with great interest.',
  'It would be a great help to us if you could send your answer soon.',
  'Please do not hesitate to call me if anything remains unclear.',
  'The neighbours have asked us to keep the gate closed during the night.',
  'I should be grateful if you would forward this to the members of the committee.',
  'We regret the delay and hope that it has not caused you any trouble.',
  'The weather has been fine, and the garden is already full of flowers.',
  'Your suggestion to move the date was welcomed by everybody present.',
  'I look forward to hearing from you and to our next conversation.',
];

export const SALUTATIONS = ['Dear Sir or Madam,', 'Dear Mr. ', 'Dear Mrs. ', 'Dear Dr. ', 'My dear '];
export const CLOSINGS = ['Yours sincerely,', 'Yours faithfully,', 'With kind regards,', 'Best wishes,'];

export const FORM_TITLES = [
  'APPLICATION FOR MEMBERSHIP',
  'REGISTRATION FORM',
  'CHANGE OF ADDRESS FORM',
  'APPLICATION FOR A PERMIT',
  'PATIENT REGISTRATION FORM',
];
export const FORM_CHECKS = [
  'Yes',
  'No',
  'Married',
  'Single',
  'Employed',
  'Student',
  'Retired',
  'New applicant',
  'Renewal',
];

export const personName = (chance: Chance) => `${chance.pick(FIRST_NAMES)} ${chance.pick(LAST_NAMES)}`;
export const lastName = (chance: Chance) => chance.pick(LAST_NAMES);
export const addressLines = (chance: Chance) => [
  `${chance.integer(1, 180)} ${chance.pick(STREETS)}`,
  `${chance.pick(TOWNS)} ${chance.integer(10_000, 99_999)}`,
];
export const dateText = (chance: Chance) =>
  `${chance.integer(1, 28)} ${chance.pick(MONTHS)} ${chance.integer(2009, 2024)}`;
export const phoneText = (chance: Chance) =>
  `0${chance.integer(100, 999)} ${chance.integer(100_000, 999_999)}`;

/** Some paragraphs of a letter. */
export function letterParagraphs(chance: Chance): string[] {
  return Array.from({ length: chance.integer(2, 5) }, () =>
    chance.sample(LETTER_SENTENCES, chance.integer(2, 5)).join(' '),
  );
}

/** Labels of a form with what somebody has filled in. */
export function formFields(chance: Chance): { label: string; value: string }[] {
  const [street = '', town = ''] = addressLines(chance);
  const fields = [
    { label: 'Full name', value: personName(chance) },
    { label: 'Date of birth', value: dateText(chance) },
    { label: 'Street and number', value: street },
    { label: 'Town and postal code', value: town },
    { label: 'Telephone', value: phoneText(chance) },
    { label: 'Nationality', value: chance.pick(['British', 'French', 'Danish', 'Italian']) },
    { label: 'Occupation', value: chance.pick(['Teacher', 'Nurse', 'Engineer', 'Driver', 'Clerk']) },
    { label: 'Name of employer', value: chance.pick(COMPANIES) },
    { label: 'Identity number', value: String(chance.integer(100_000_000, 999_999_999)) },
    { label: 'Emergency contact', value: personName(chance) },
    { label: 'Member since', value: String(chance.integer(1980, 2023)) },
    { label: 'Place of birth', value: chance.pick(TOWNS) },
  ];
  return [...fields.slice(0, 4), ...chance.sample(fields.slice(4), chance.integer(3, 8))];
}
