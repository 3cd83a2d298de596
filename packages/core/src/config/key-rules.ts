import { publicKeyProblem } from '../signing/keys.ts'
import { recipientProblem } from '../transform/age/keys.ts'
import type { Finding } from './problems.ts'
import type { ConfigPath } from './types.ts'

// What is found wrong with a key never shows it: it may be a private one in the wrong place.

/** Whom a job encrypts to must be said, in one way, and be readable. */
export function encryptionRules(encryption: Record<string, unknown>, path: ConfigPath): Finding[] {
  const { recipients = [], recipientsFiles = [], passphrase } = encryption
  if (!Array.isArray(recipients) || !Array.isArray(recipientsFiles)) return []
  const named = recipients.length + recipientsFiles.length > 0
  const findings = textProblems(recipients, [...path, 'recipients'], recipientProblem)
  if (!named && passphrase === undefined) {
    findings.push({ path, message: 'needs recipients, recipientsFiles or a passphrase to encrypt to' })
  }
  if (named && passphrase !== undefined) {
    findings.push({
      path: [...path, 'passphrase'],
      message: 'does not go with recipients: an age file has the one or the other',
    })
  }
  return findings
}

export function signingRules(signing: Record<string, unknown>, path: ConfigPath): Finding[] {
  const { keyFile, publicKeys = [] } = signing
  if (!Array.isArray(publicKeys)) return []
  const findings = textProblems(publicKeys, [...path, 'publicKeys'], publicKeyProblem)
  if (keyFile === undefined && publicKeys.length === 0) {
    findings.push({ path, message: 'needs a keyFile to sign with, publicKeys to check with, or both' })
  }
  return findings
}

function textProblems(
  texts: readonly unknown[],
  path: ConfigPath,
  problemOf: (text: string) => string | undefined,
): Finding[] {
  return texts.flatMap((text, index) => {
    const message = typeof text === 'string' && text !== '' ? problemOf(text) : undefined
    return message === undefined ? [] : [{ path: [...path, index], message }]
  })
}
