/** What docs/errors.md says of a code. */
export interface ErrorCodeEntry {
  /** The process's exit code when this is what ended the command. */
  exitCode: number
  /** When it happens, in one sentence. */
  meaning: string
  /** What to do about it, in general; the error itself carries a hint with the values at hand. */
  fix: string
}
