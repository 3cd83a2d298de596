/** How good the news is; for colours and signs. */
export type Tone = 'good' | 'warning' | 'bad' | 'neutral'

/** A term and what is known of it, on one line: `Duration`, `6.2 s`. */
export interface Fact {
  term: string
  text: string
  /** Set where it is worth a colour. */
  tone?: Tone
}

/** One of several things of the same kind, such as a storage: how it went, and what there is to say of it. */
export interface Line {
  name: string
  tone: Tone
  /** In a word or two: `stored`, `failed`. */
  state: string
  text: string
}

export interface Section {
  title: string
  lines: Line[]
}

/** What went wrong. */
export interface Problem {
  /** Where it happened, as far as that is known: `stage dump`, `stage store, s3`. */
  where?: string
  /** Of one or more lines. */
  message: string
  /** What to do next. Of one or more lines. */
  hint?: string
  code: string
}

/** A command to copy, on one line. */
export interface Command {
  /** What it does: `To look further`. */
  purpose: string
  command: string
}

/** How large the last backups were. */
export interface SizeHistory {
  /** Oldest first. */
  bars: SizeBar[]
  /** The same in words: `12 backups since 2026-09-01, from 88 MB to 96 MB`. */
  summary: string
}

export interface SizeBar {
  startedAt: string
  bytes: number
  /** Of the largest: more than 0, at most 1. */
  share: number
  /** True for the backup that the message is about. */
  current: boolean
}

/**
 * What there is to tell, before it is laid out for a medium. Every text in it is safe to show as text: without control
 * characters, bounded in length, and on one line unless it says otherwise. Nothing in it is escaped for any markup.
 */
export interface Message {
  /** The job and the state, then what matters most: `shop: backup failed at dump, the 3rd time in a row`. */
  subject: string
  job: string
  /** `backup failed` */
  state: string
  tone: Tone
  /** True for a message that only tries whether messages arrive. */
  test: boolean
  /** What happened, in one sentence that neither begins with the job nor repeats the problem. */
  sentence: string
  problem?: Problem
  facts: Fact[]
  /** One for storages, one for verifiers, one for old backups, where there is something to list. */
  sections: Section[]
  /** Absent where there is no backup, or none before it. */
  sizes?: SizeHistory
  /** As whole sentences. */
  warnings: string[]
  commands: Command[]
  /** When it happened: `2026-11-22 03:00 UTC`. */
  at: string
  /** What tells this message from others, for the end of it. */
  reference: { event: string; id: string }
}
