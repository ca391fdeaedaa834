import { expect, it } from 'vitest';
import { isWrittenFromTheLeft } from '../../src/ocr/tesseract-languages.js';

it.each([
  ['eng', true],
  ['deu_latf', true],
  ['chi_sim', true],
  ['ara', false],
  ['kur_ara', false],
  ['heb', false],
  ['jpn_vert', false],
])('the language %s is written from the left: %s', (code, isFromTheLeft) => {
  expect(isWrittenFromTheLeft(code)).toBe(isFromTheLeft);
});
