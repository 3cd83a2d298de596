import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openIdentities, parsePublicKey, type Decryption, type Job } from '@holdfast/core'
import { HoldfastError, Secret } from '@holdfast/plugin'
import type { Context } from './context.ts'
import { usageError } from './usage.ts'

export interface KeyOptions {
  identity?: string[] | undefined
}

/**
 * With what a job's backups are read: the identities of --identity or else HOLDFAST_IDENTITY, those of the configuration, and
 * the passphrases of HOLDFAST_PASSPHRASE and the configuration.
 */
export async function openDecryption(
  { encryption }: Job,
  { identity }: KeyOptions,
  { environment, directory }: Context,
): Promise<Decryption> {
  const given = identity ?? nonEmpty(environment['HOLDFAST_IDENTITY'])
  const misplaced = given.find((path) => /^AGE-SECRET-KEY-/i.test(path))
  if (misplaced !== undefined) {
    throw usageError(
      `${identity === undefined ? 'HOLDFAST_IDENTITY' : '--identity'} is the key itself, and takes the file that holds it`,
      'Write the key into a file that only you can read. On a command line every user of the machine could see it.',
    )
  }
  const unlock = await openIdentities({
    identityFiles: [...given.map((path) => resolve(directory, path)), ...(encryption?.identityFiles ?? [])],
    passphrases: [
      ...nonEmpty(environment['HOLDFAST_PASSPHRASE']).map((text) => new Secret(text)),
      ...(encryption?.passphrase === undefined ? [] : [encryption.passphrase]),
    ],
  })
  return { required: encryption !== undefined, ...(unlock !== undefined && { unlock }) }
}

/** The keys of --verify-key, or else HOLDFAST_VERIFY_KEY: each is a file or the key itself. */
export async function readVerifyKeys(
  given: readonly string[] | undefined,
  { environment, directory }: Context,
): Promise<KeyObject[]> {
  const source = given === undefined ? 'HOLDFAST_VERIFY_KEY' : '--verify-key'
  const texts = given ?? nonEmpty(environment['HOLDFAST_VERIFY_KEY'])
  return Promise.all(
    texts.map(async (text) => {
      const key = parsePublicKey(text) ?? parsePublicKey(await readText(resolve(directory, text), source))
      if (key !== undefined) return key
      throw new HoldfastError(
        'CONFIG_KEY_INVALID',
        `${source} is not an Ed25519 public key, nor a file with one`,
        {
          hint: 'holdfast keygen --signing makes a pair. A private key is of no use here.',
        },
      )
    }),
  )
}

async function readText(path: string, source: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new HoldfastError(
      'CONFIG_KEY_INVALID',
      `${source} is neither an Ed25519 public key nor a file that can be read`,
      { hint: 'It takes PEM, the line of base64 in it, or the path of a file with either.', cause: error },
    )
  }
}

function nonEmpty(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : [text]
}
