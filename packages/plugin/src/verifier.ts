import type { Readable } from 'node:stream'
import type { DataRole, Manifest } from './manifest.ts'
import type { Checksum } from './storage.ts'

/**
 * What a verifier finds out about a backup when it passes:
 * `attested`, the storage's own checksum says that its stored bytes are those that were stored; `stored`, reading them
 * says so, and nobody has looked into them; `archive`, it is whole; `plausible`, it looks like the ones before;
 * `restored`, it came back in a scratch database. A failed `plausible` makes a run suspect; the others make it failed.
 */
export type Proof = 'attested' | 'stored' | 'archive' | 'plausible' | 'restored'

export type VerdictStatus = 'passed' | 'warning' | 'failed' | 'skipped'

/** One thing that a verifier looked at. */
export interface Check {
  name: string
  status: VerdictStatus
  /** What was found, with the numbers: `sha256 matches`, `18 % smaller than the average of 4`. */
  detail: string
}

/** What a verifier says of a backup. */
export interface Verdict {
  /** The configured name of the verifier. Core sets it. */
  verifier: string
  /** The configured name of the storage whose copy was looked at. Core sets it. */
  storage: string
  proves: Proof
  /** The worst status of its checks. */
  status: VerdictStatus
  checks: Check[]
}

/** What a storage says of an object without its bytes being read. */
export interface Attestation {
  bytes: number
  checksum: Checksum
  /** True where manifest and storage agree on both: the object is what the run stored. */
  matches: boolean
}

export interface VerifierInput {
  manifest: Manifest
  /** Earlier backups of the same job and kind that are trusted, newest first and no more than 100; the one being verified is not among them. */
  history: readonly Manifest[]
  /** The stored bytes of an object of this backup, read from the storage now. */
  open(role: DataRole): Promise<Readable>
  /**
   * What the storage has computed itself over the object that it holds now, against what the manifest says that a
   * storage computed with the same algorithm when the run stored it, or against the manifest's own sha256. Resolves
   * undefined where the one or the other is not known.
   */
  attest(role: DataRole): Promise<Attestation | undefined>
  /** True where somebody asked for every byte to be read, whatever the options say. */
  readFull: boolean
  /** False where the objects are encrypted and no key is at hand: `open` works, `decode` fails with DECRYPT_KEY_MISSING. */
  decodable: boolean
  /**
   * Turns stored bytes into what pg_restore or psql reads; destroys the stream with VERIFY_DECODE on any damage. Its
   * chunks are the verifier's alone: `freeOwned` saves memory and time once one is done with.
   */
  decode(stored: Readable): Readable
  /** An empty private directory, removed afterwards. */
  workspace: string
}

export interface Verifier {
  readonly proves: Proof
  /**
   * Resolves with what was found, good or bad: a damaged backup is a verdict, not an exception. Rejects only when
   * the verification itself could not be done. `checks` and `status` are the verifier's; core adds the rest. `proves`
   * is given only where this time it was less than usual: a verdict must not claim more than was looked at.
   */
  verify(
    input: VerifierInput,
    signal: AbortSignal,
  ): Promise<Pick<Verdict, 'status' | 'checks'> & { proves?: Proof }>
}

const worstFirst: readonly VerdictStatus[] = ['failed', 'warning', 'passed', 'skipped']

/** The status that a list of checks adds up to: the worst of them, `skipped` only if nothing was looked at. */
export function worstStatus(checks: readonly Pick<Check, 'status'>[]): VerdictStatus {
  return worstFirst.find((status) => checks.some((check) => check.status === status)) ?? 'skipped'
}
