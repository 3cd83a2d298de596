import { isHoldfastError, type ReportedError, type Secret } from '@holdfast/plugin'
import { formsOf } from './secret-forms.ts'

/** Keeps secrets out of everything that people, programs and storages get to see. */
export interface Redactor {
  /** From now on this value is hidden, in every form that `formsOf` knows. */
  add(value: string | Secret): void
  /** The text with every secret as `[secret]`. Redacting twice changes nothing more. */
  text(text: string): string
  /** What may be told of an error, whatever was thrown. Something outside the family is INTERNAL. */
  error(error: unknown): ReportedError
  /** A copy with every string redacted, of data as JSON has it; the names of properties stay. */
  value<T>(value: T): T
}

const mask = '[secret]'

/** Places where a text itself shows that a secret stands there, known or not. */
const patterns: readonly [RegExp, string][] = [
  // ://user:password@, up to the last @ of the word, since a bad password has one too; not a port and a path.
  [/(:\/\/[^\s:@/?#"'<>]*:)(?!\d{1,5}\/)[^\s"'<>]+@/g, `$1${mask}@`],
  [
    /\b(\w*(?:password|passwd|pwd|signature|secret_?key|token)=)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s&;,'")]+)/gi,
    `$1${mask}`,
  ],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:basic|bearer)\s+)[^\s"',]+/gi, `$1${mask}`],
]

/** Core makes one a job, adds the Secrets of its options and connection, and sends everything through it. */
export function createRedactor(): Redactor {
  const forms = new Set<string>()
  let known: RegExp | undefined

  function text(input: string): string {
    const without = known === undefined ? input : input.replace(known, mask)
    return patterns.reduce((sofar, [pattern, replacement]) => sofar.replace(pattern, replacement), without)
  }

  function value(input: unknown): unknown {
    if (typeof input === 'string') return text(input)
    if (Array.isArray(input)) return input.map(value)
    if (!isPlain(input)) return input
    return Object.fromEntries(Object.entries(input).map(([name, inner]) => [name, value(inner)]))
  }

  return {
    add(secret) {
      const added = formsOf(typeof secret === 'string' ? secret : secret.reveal())
      if (added.length === 0) return
      for (const form of added) forms.add(form)
      // The longest first, so that a secret which begins like another one goes whole; the mask itself stays as it is.
      const longestFirst = [...forms].toSorted((one, other) => other.length - one.length)
      known = new RegExp([mask, ...longestFirst].map(literally).join('|'), 'g')
    },
    text,
    error(error) {
      if (!isHoldfastError(error)) {
        return { code: 'INTERNAL', message: text(error instanceof Error ? error.message : String(error)) }
      }
      return {
        code: error.code,
        message: text(error.message),
        ...(error.hint !== undefined && { hint: text(error.hint) }),
        ...(error.stage !== undefined && { stage: error.stage }),
        ...(error.plugin !== undefined && { plugin: error.plugin }),
      }
    },
    value: <T>(input: T) => value(input) as T,
  }
}

function literally(form: string): string {
  return form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function isPlain(input: unknown): input is Record<string, unknown> {
  if (typeof input !== 'object' || input === null) return false
  const prototype: unknown = Object.getPrototypeOf(input)
  return prototype === Object.prototype || prototype === null
}
