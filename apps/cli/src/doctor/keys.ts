import { openRecipients, openSigner, type Job } from '@holdfast/core'
import { failed, passed, warned, type DoctorCheck } from './check.ts'

/** Can the job encrypt and sign as its configuration says, and what can this machine do besides? */
export async function checkKeys(job: Job): Promise<DoctorCheck[]> {
  const { encryption, signing, redactor } = job
  const checks: DoctorCheck[] = []
  try {
    if (encryption !== undefined) checks.push(await checkEncryption(encryption))
  } catch (error) {
    checks.push(failed('encryption', error, redactor))
  }
  try {
    if (signing?.keyFile !== undefined) {
      const { publicKey } = await openSigner(signing)
      checks.push(passed('signing', `as ${publicKey}`))
    } else if (signing !== undefined) {
      checks.push(passed('signing', 'checks signatures; this machine can not sign, so it can not back up'))
    }
  } catch (error) {
    checks.push(failed('signing', error, redactor))
  }
  return checks
}

async function checkEncryption(encryption: NonNullable<Job['encryption']>): Promise<DoctorCheck> {
  const { recipients } = (await openRecipients(encryption)).encryption
  if (encryption.passphrase !== undefined) {
    return warned(
      'encryption',
      'with a passphrase, so whoever can read this configuration can read the backups',
      'Encrypt to recipients on machines that only back up: holdfast keygen.',
    )
  }
  const reads = encryption.identityFiles.length > 0
  const whom = `age, to ${recipients.length === 1 ? recipients[0] : `${recipients.length} recipients`}`
  return reads
    ? warned(
        'encryption',
        `${whom}; this machine is given an identity, so it can read every backup`,
        'Fine where backups are restored. A machine that backs up is safer without identityFiles.',
      )
    : passed('encryption', `${whom}; this machine can not read them`)
}
