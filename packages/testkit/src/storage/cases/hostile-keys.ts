// Keys that real stores, file systems, proxies and libraries have taken for others. Each stands beside the one that it
// could be taken for. Their names are unlike anything that a backup is called, also where a store leaves its prefix.
const climbing = [
  '',
  '/',
  '.',
  '..',
  './hf-dot',
  'hf-dot',
  '../hf-up',
  'hf-up',
  'hf-x/../hf-back',
  'hf-back',
  'hf-x/..',
  'hf-x/.',
  'hf-x/./hf-same',
  'hf-x/hf-same',
  'hf-x//hf-double',
  'hf-x/hf-double',
  '/hf-root',
  'hf-root',
  'hf-end/',
  'hf-end',
  '...',
  'hf-x/.../hf-dots',
  'hf-x\\hf-back',
  '..\\hf-windows',
  'C:\\hf-drive',
]

const blank = [
  ' hf-space',
  'hf-space ',
  'hf-space',
  'hf space',
  'hf  space',
  'hf+space',
  'hf%20space',
  'hf-dir /hf-a',
  'hf-dir/ hf-a',
  'hf-dir/hf-a',
  'hf-dot.',
  '.hf-dot',
  'hf-dir2./hf-a',
  'hf-dir2/hf-a',
  ' ',
]

const control = [
  '\0',
  '\n',
  '\r',
  '\t',
  '\u001b[31m',
  '\u007f',
  '\u0085',
  '\u200b',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\uffff',
]

const encoded = [
  '%46',
  'F',
  '%',
  '%%',
  '%zz',
  '%00',
  '%2e%2e',
  '%2F',
  'hf-p%2fq',
  'hf-p/q',
  '&amp;',
  '&',
  '&#38;',
]

const special = [
  '?x=1',
  '#x',
  ';x',
  '=',
  "'",
  '"',
  '<x>',
  ']]>',
  ':',
  '*',
  '|',
  '$(x)',
  '`x`',
  '-rf',
  '~',
  '!',
  '{x}',
  '^',
]

const unicode = ['ü', '日本', '🐘', '\ud800', '\udc00', '\ufffd', '👩‍👩‍👧']

const deep = (parts: number): string => `${'d'.repeat(254)}/`.repeat(parts)

// What file systems take for one name, what object stores take for one key, and what systems take for one path.
const long = [
  'n'.repeat(255),
  'n'.repeat(256),
  'é'.repeat(127),
  'é'.repeat(128),
  `${deep(4)}eeee`,
  `${deep(4)}eeeee`,
  `${deep(17)}e`,
]

export const hostileKeys: readonly string[] = [
  ...climbing,
  ...blank,
  ...control.map((character) => `hf-c${character}c`),
  'hf-cc',
  ...encoded,
  ...special.map((text) => `hf-s${text}`),
  ...unicode.map((text) => `hf-u${text}`),
  '-rf',
  '~',
  '*',
  'con',
  ...long,
]
