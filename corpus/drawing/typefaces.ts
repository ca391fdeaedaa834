/**
 * The typefaces of the pages, from npm packages: no typeface of the machine is used. A face names its files; a file is
 * registered under a name of its own, so that the renderer never makes up a bold or a slope.
 */
import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';

type Style = 'regular' | 'bold' | 'italic' | 'boldItalic';

/** A typeface: for each style the name under which its file is registered, the nearest one where a style is missing. */
export type Face = Readonly<Record<Style, string>> & { readonly name: string };

const require = createRequire(import.meta.url);

const FILES: Readonly<Record<Style, string>> = {
  regular: '400-normal',
  bold: '700-normal',
  italic: '400-italic',
  boldItalic: '700-italic',
};

/** The faces by package and the styles that it has: r, b, i, z (bold italic). */
const PACKAGES = {
  tinos: 'rbiz',
  'old-standard-tt': 'rbi',
  'libre-baskerville': 'rbiz',
  'libre-caslon-text': 'rbi',
  'eb-garamond': 'rbiz',
  'playfair-display': 'rbiz',
  arimo: 'rbiz',
  'libre-franklin': 'rbiz',
  'josefin-sans': 'rbiz',
  'archivo-narrow': 'rbiz',
  oswald: 'rb',
  'league-gothic': 'r',
  anton: 'r',
  'abril-fatface': 'r',
  'zilla-slab': 'rbiz',
  lobster: 'r',
  unifrakturcook: 'b',
  'courier-prime': 'rbiz',
  cousine: 'rbiz',
  'cutive-mono': 'r',
  'special-elite': 'r',
  vt323: 'r',
  caveat: 'rb',
  'homemade-apple': 'r',
  'reenie-beanie': 'r',
  'dancing-script': 'rb',
} as const;

type FaceName = keyof typeof PACKAGES;

const LETTERS: Readonly<Record<string, Style>> = { r: 'regular', b: 'bold', i: 'italic', z: 'boldItalic' };

const faces = new Map<FaceName, Face>();

/** The face of that package, its files registered at the first call. Throws if the package is not installed. */
export function getFace(name: FaceName): Face {
  const known = faces.get(name);
  if (known) return known;
  const names = new Map<Style, string>();
  for (const letter of PACKAGES[name]) {
    const style = LETTERS[letter] ?? 'regular';
    const alias = `${name} ${FILES[style]}`;
    const file = require.resolve(`@fontsource/${name}/files/${name}-latin-${FILES[style]}.woff2`);
    if (!GlobalFonts.registerFromPath(file, alias)) throw new Error(`The typeface ${file} cannot be read`);
    names.set(style, alias);
  }
  const regular = names.get('regular') ?? names.get('bold') ?? name;
  const bold = names.get('bold') ?? regular;
  const italic = names.get('italic') ?? regular;
  const face = { name, regular, bold, italic, boldItalic: names.get('boldItalic') ?? bold };
  faces.set(name, face);
  return face;
}

const namesOf = <Names extends readonly FaceName[]>(...names: Names) => names;

/** Which faces serve which purpose. */
export const FACES = {
  serif: namesOf(
    'tinos',
    'tinos',
    'old-standard-tt',
    'libre-baskerville',
    'libre-caslon-text',
    'eb-garamond',
  ),
  sans: namesOf('arimo', 'arimo', 'libre-franklin', 'archivo-narrow'),
  typewriter: namesOf(
    'courier-prime',
    'courier-prime',
    'cutive-mono',
    'special-elite',
    'special-elite',
    'cousine',
  ),
  printer: namesOf('courier-prime', 'cousine', 'vt323'),
  newsHeadline: namesOf(
    'tinos',
    'old-standard-tt',
    'libre-caslon-text',
    'playfair-display',
    'arimo',
    'libre-franklin',
    'archivo-narrow',
    'oswald',
    'league-gothic',
    'zilla-slab',
  ),
  display: namesOf(
    'anton',
    'abril-fatface',
    'playfair-display',
    'oswald',
    'league-gothic',
    'lobster',
    'libre-caslon-text',
    'zilla-slab',
    'josefin-sans',
    'arimo',
    'tinos',
    'old-standard-tt',
    'libre-franklin',
    'eb-garamond',
    'dancing-script',
  ),
  letterhead: namesOf(
    'tinos',
    'old-standard-tt',
    'eb-garamond',
    'playfair-display',
    'libre-caslon-text',
    'arimo',
    'libre-franklin',
    'josefin-sans',
    'archivo-narrow',
    'zilla-slab',
    'dancing-script',
    'oswald',
    'abril-fatface',
  ),
  hand: namesOf('caveat', 'homemade-apple', 'reenie-beanie', 'reenie-beanie'),
  masthead: namesOf(
    'unifrakturcook',
    'playfair-display',
    'old-standard-tt',
    'abril-fatface',
    'oswald',
    'tinos',
  ),
} as const;
