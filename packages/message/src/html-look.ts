import type { Tone } from './message.ts'
import { markup, type Html } from './html.ts'

interface Palette {
  page: string
  card: string
  sunken: string
  line: string
  text: string
  quiet: string
  tones: Readonly<Record<Tone, string>>
}

const light: Palette = {
  page: '#f2f4f7',
  card: '#ffffff',
  sunken: '#f2f4f7',
  line: '#dde1e7',
  text: '#1b1f24',
  quiet: '#5a6370',
  tones: { good: '#1a7f37', warning: '#8f6000', bad: '#c4231c', neutral: '#5a6370' },
}

const dark: Palette = {
  page: '#0e1116',
  card: '#181c22',
  sunken: '#0e1116',
  line: '#343b45',
  text: '#eef1f5',
  quiet: '#9aa4b1',
  tones: { good: '#4cc764', warning: '#dfa630', bad: '#ff7b72', neutral: '#9aa4b1' },
}

const sans = '-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif'
const mono = 'ui-monospace,Menlo,Consolas,monospace'

/** Fonts and sizes, by what the text is. */
const fonts = {
  title: `font-family:${sans};font-size:24px;line-height:1.25;font-weight:700`,
  body: `font-family:${sans};font-size:16px;line-height:1.5`,
  small: `font-family:${sans};font-size:14px;line-height:1.5`,
  tiny: `font-family:${sans};font-size:12px;line-height:1.5`,
  code: `font-family:${mono};font-size:13px;line-height:1.5`,
} as const

type Ground = 'page' | 'card' | 'sunken'
type Ink = 'text' | 'quiet' | Tone

export interface Style {
  ground?: Ground | Tone
  ink?: Ink
  border?: { side: 'top' | 'left'; widthPixels: number; of: 'line' | Tone }
  font?: keyof typeof fonts
  /** More declarations, without colours. */
  more?: string
}

/** An element's look: its style inline, which every client keeps, and classes that turn it dark where one can. */
export function paint({ ground, ink, border, font, more }: Style): Html {
  const declarations = [
    ground === undefined ? '' : `background-color:${colourOf(light, ground)}`,
    ink === undefined ? '' : `color:${colourOf(light, ink)}`,
    border === undefined
      ? ''
      : `border-${border.side}:${border.widthPixels}px solid ${colourOf(light, border.of)}`,
    font === undefined ? '' : fonts[font],
    more ?? '',
  ]
  const classes = [
    ground === undefined ? '' : `ground-${ground}`,
    ink === undefined ? '' : `ink-${ink}`,
    border === undefined ? '' : `border-${border.of}`,
  ]
  return markup`class="${join(classes, ' ')}" style="${join(declarations, ';')}"`
}

function join(parts: readonly string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator)
}

type ColourName = Ground | Ink | 'line'

function colourOf(palette: Palette, name: ColourName): string {
  return isTone(name) ? palette.tones[name] : palette[name]
}

function isTone(name: ColourName): name is Tone {
  return name in light.tones
}

/** What turns the message dark in the clients that look at it; the others invert colours by themselves. */
export const darkRules: string = [
  ...(['page', 'card', 'sunken', ...tones()] as const).map((name) =>
    rule(`ground-${name}`, 'background-color', colourOf(dark, name)),
  ),
  ...(['text', 'quiet', ...tones()] as const).map((name) =>
    rule(`ink-${name}`, 'color', colourOf(dark, name)),
  ),
  ...(['line', ...tones()] as const).map((name) =>
    rule(`border-${name}`, 'border-color', colourOf(dark, name)),
  ),
].join('\n')

function tones(): Tone[] {
  return ['good', 'warning', 'bad', 'neutral']
}

function rule(name: string, property: string, colour: string): string {
  return `.${name} { ${property}: ${colour} !important; }`
}
