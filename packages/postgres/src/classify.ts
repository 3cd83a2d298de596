import { type ErrorCode, HoldfastError } from '@holdfast/plugin'
import { type Address, describeAddress } from './address.ts'
import { redactTail } from './redact.ts'
import { stderrShapes } from './stderr-shapes.ts'

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

const shownCharacters = 600

/**
 * What a failed pg_dump, pg_dumpall, psql or pg_restore means, from what it printed: a code of its own for every
 * shape that asks for a fix of its own. Nothing of the password is in the error.
 */
export function classifyFailure(
  program: string,
  stderr: string,
  exit: Exit,
  address: Address,
  fallback: ErrorCode = 'DATABASE_DUMP_FAILED',
): HoldfastError {
  const text = redactTail(stderr, address)
  const where = describeAddress(address)
  const shape = stderrShapes.find((candidate) => candidate.pattern.test(text))
  if (shape) {
    const match = shape.pattern.exec(text) ?? []
    return new HoldfastError(shape.code, `${shape.message(match, where)} ${said(program, text)}`.trim(), {
      hint: shape.hint(match, where),
      retryable: shape.retryable ?? false,
    })
  }
  return new HoldfastError(
    fallback,
    `${program} for ${where} ${ended(exit)}. ${said(program, text)}`.trim(),
    {
      hint: unknownHint(exit),
      retryable: exit.signal !== null,
    },
  )
}

function ended(exit: Exit): string {
  if (exit.signal !== null) return `was ended by ${exit.signal}`
  return exit.code === null ? 'could not be started' : `exited with ${exit.code}`
}

function unknownHint(exit: Exit): string {
  if (exit.signal === 'SIGKILL') {
    return 'Something killed it from outside; if that was the kernel, dmesg names it: give the machine more memory.'
  }
  if (exit.signal !== null) return 'Something ended it from outside. Run the backup again.'
  return "Read what it printed and the server's log."
}

/** The last lines that a program printed, short enough for a message. Redact the text before. */
export function said(program: string, text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isProgress(line))
  const last = lines.join(' | ').slice(-shownCharacters)
  return last === '' ? `${program} printed nothing.` : `${program} said: ${last}`
}

// The running commentary of --verbose, which is not about the failure.
function isProgress(line: string): boolean {
  return /^pg_(dump|restore|dumpall): (?!error|warning|detail|hint|fatal)[a-z]/i.test(line)
}
