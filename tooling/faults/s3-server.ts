import { type S3Access, startRgw } from '@holdfast/lab'

export type S3Server = S3Access & { stop(): Promise<void> }

/** The most real S3 server that can be had here. */
export async function startS3(): Promise<S3Server> {
  return startRgw()
}
