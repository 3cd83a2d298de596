import { Secret } from '@holdfast/plugin'
import { z } from 'zod'

/** How a service is reached, apart from its address. */
export interface ConnectionOptions {
  /** A PEM file of authorities that are trusted besides Node's own. Relative to the configuration file. */
  caFile?: string | undefined
  /** How long one attempt may take, from the first byte sent to the last one read. */
  requestTimeoutMs: number
}

/** The options that every notifier over HTTP has, to be spread into its schema. */
export const connectionOptions: {
  caFile: z.ZodOptional<z.ZodString>
  requestTimeoutMs: z.ZodDefault<z.ZodInt>
} = {
  caFile: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe(
      'A PEM file with the certificate of an authority of your own, trusted besides the public ones; relative to the configuration file.',
    ),
  requestTimeoutMs: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(10_000)
    .describe('How long the service may take to answer, in milliseconds.'),
}

/** A text that nobody may see: not empty, and kept as a Secret. */
export function secretText(): z.ZodPipe<z.ZodString, z.ZodTransform<Secret, string>> {
  return z
    .string()
    .min(1, 'must not be empty')
    .transform((value) => new Secret(value))
}

/**
 * The address of a service, kept as a Secret, since whoever knows it can use it: https, or http where the service
 * runs on this machine.
 */
export function secretAddress(): z.ZodPipe<z.ZodString, z.ZodTransform<Secret, string>> {
  return z
    .string()
    .superRefine((value, context) => {
      const problem = problemOf(value)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    })
    .transform((value) => new Secret(value.trim()))
}

/** What is wrong with an address, in words that do not repeat it. */
function problemOf(value: string): string | undefined {
  if (value.trim() === '') return 'must not be empty'
  const url = URL.parse(value.trim())
  if (url === null) return 'must be a whole address that begins with https://'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return undefined
  return 'must begin with https://: whoever reads it on its way could use it'
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
