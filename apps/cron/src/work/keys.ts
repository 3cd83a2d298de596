import { openIdentities, type Decryption, type Job } from '@holdfast/core'
import { Secret } from '@holdfast/plugin'

/** With what a job's backups are read again: the keys of its configuration, of HOLDFAST_IDENTITY and HOLDFAST_PASSPHRASE. */
export async function openDecryption(
  { encryption }: Job,
  environment: NodeJS.ProcessEnv,
): Promise<Decryption> {
  const { HOLDFAST_IDENTITY: identity = '', HOLDFAST_PASSPHRASE: passphrase = '' } = environment
  const unlock = await openIdentities({
    identityFiles: [...(identity === '' ? [] : [identity]), ...(encryption?.identityFiles ?? [])],
    passphrases: [
      ...(passphrase === '' ? [] : [new Secret(passphrase)]),
      ...(encryption?.passphrase === undefined ? [] : [encryption.passphrase]),
    ],
  })
  return { required: encryption !== undefined, ...(unlock !== undefined && { unlock }) }
}
