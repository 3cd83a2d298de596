import type { S3Request } from './request.ts'

interface FaultAnswer {
  status: number
  code?: string
  message?: string
  headers?: Record<string, string>
}

export type FaultKind =
  /** Answered so, and nothing is done. */
  | { answer: FaultAnswer }
  /** An error in the body of a 200, and nothing is done. */
  | { errorIn200: { code: string; message?: string } }
  /** The connection is reset, and nothing is done. */
  | 'reset'
  /** No answer ever comes, and nothing is done. */
  | 'hang'
  /** All is done, and the connection is reset in place of the answer. */
  | 'lose-answer'
  /** What is stored lacks its last byte; the answer is as if nothing was wrong. */
  | 'shorten'
  /** What is stored has another first byte; the answer is as if nothing was wrong. */
  | 'flip'
  /** Half of the body of the answer comes, and then nothing. */
  | 'stall'
  /** Half of the body of the answer comes, and then the connection is reset. */
  | 'cut'

export interface Fault {
  /** Which requests; all of them where it is left out. */
  on?: (request: S3Request) => boolean
  /** How many of them; 1 where it is left out. */
  times?: number
  kind: FaultKind
}
