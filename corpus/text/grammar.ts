/**
 * Sentences from templates. `[a|b]` is a choice, which may hold further ones and be empty; `{10-99}` and `{0.5-9.9}` a
 * number in that range; `{name}` one of the named rule's templates, itself written out; `{Name}` the same with a capital;
 * `{name+s}`, `{name+ed}`, `{name+ing}`, `{name+es}` inflects it (plural, past, participle, third person).
 */
import type { Dice } from '../dice.js';

/** Templates by name, or a function for what is made rather than chosen. */
export type Rules = Readonly<Record<string, readonly string[] | (() => string)>>;

export type Write = (template: string) => string;

// Rules that lead to themselves end here rather than in a stack overflow.
const MOST_DEPTH = 30;

/** Throws at a rule that does not exist and at brackets that do not close. */
export function createWriter(dice: Dice, rules: Rules): Write {
  function write(template: string, depth: number): string {
    if (depth > MOST_DEPTH) throw new Error(`The rules go round in a circle at "${template}"`);
    let result = '';
    let at = 0;
    while (at < template.length) {
      const character = template.charAt(at);
      if (character === '[') {
        const end = closingOf(template, at);
        const choices = splitChoices(template.slice(at + 1, end));
        result += write(dice.pick(choices), depth + 1);
        at = end + 1;
      } else if (character === '{') {
        const end = template.indexOf('}', at);
        if (end < 0) throw new Error(`A brace does not close in "${template}"`);
        result += slot(template.slice(at + 1, end), depth);
        at = end + 1;
      } else {
        result += character;
        at += 1;
      }
    }
    return result;
  }

  function slot(content: string, depth: number): string {
    const range = /^([\d.]+)-([\d.]+)$/.exec(content);
    if (range) return numberBetween(dice, range[1] ?? '0', range[2] ?? '0');
    const [name = '', inflection] = content.split('+');
    const lower = name.charAt(0).toLowerCase() + name.slice(1);
    const rule = rules[name] ?? rules[lower];
    if (rule === undefined) throw new Error(`There is no rule {${name}}`);
    const plain = typeof rule === 'function' ? rule() : write(dice.pick(rule), depth + 1);
    const inflected = inflection === undefined ? plain : inflect(plain, inflection);
    return rules[name] === undefined ? capitalised(inflected) : inflected;
  }

  return (template) => articles(write(template, 0));
}

function numberBetween(dice: Dice, low: string, high: string): string {
  const decimals = high.split('.')[1]?.length ?? 0;
  if (decimals > 0) return dice.between(Number(low), Number(high)).toFixed(decimals);
  return String(dice.integer(Number(low), Number(high)));
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function articles(text: string): string {
  return text.replace(/\b([Aa]) (?=[aeioAEIO]|un[^i]|up|ul|8\d|11\b|18\b)/g, '$1n ').replace(/ {2,}/g, ' ');
}

function inflect(phrase: string, ending: string): string {
  const words = phrase.split(' ');
  // Verbs carry their ending on the first word (look into), nouns on the last (smoke sample).
  const isVerb = ending !== 's';
  const at = isVerb ? 0 : words.length - 1;
  const word = words[at] ?? '';
  if (ending === 'ed') words[at] = past(word);
  else if (ending === 'ing') words[at] = participle(word);
  else words[at] = withS(word);
  return words.join(' ');
}

function withS(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/(s|x|z|ch|sh)$/.test(word)) return /(is)$/.test(word) ? `${word.slice(0, -2)}es` : `${word}es`;
  return `${word}s`;
}

const doublesLastLetter = /^[^aeiou]*[aeiou][bdgklmnprt]$/;

function past(word: string): string {
  if (word.endsWith('e')) return `${word}d`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ied`;
  return doublesLastLetter.test(word) ? `${word}${word.slice(-1)}ed` : `${word}ed`;
}

function participle(word: string): string {
  if (/[^e]e$/.test(word)) return `${word.slice(0, -1)}ing`;
  return doublesLastLetter.test(word) ? `${word}${word.slice(-1)}ing` : `${word}ing`;
}

function closingOf(template: string, opening: number): number {
  let depth = 0;
  for (let at = opening; at < template.length; at++) {
    if (template[at] === '[') depth += 1;
    if (template[at] === ']') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`A bracket does not close in "${template}"`);
}

function splitChoices(content: string): string[] {
  const choices: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < content.length; at++) {
    const character = content[at];
    if (character === '[') depth += 1;
    if (character === ']') depth -= 1;
    if (character === '|' && depth === 0) {
      choices.push(content.slice(from, at));
      from = at + 1;
    }
  }
  return [...choices, content.slice(from)];
}

/** A list written as one text: parts between semicolons, trimmed. */
export function listOf(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.replace(/\s+/g, ' ').trim())
    .filter((part) => part !== '');
}
