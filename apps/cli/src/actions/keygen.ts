import { open, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { newIdentity, newSigningKeys } from '@holdfast/core'
import type { Context } from '../context.ts'
import { renderWarning } from '../render/error.ts'
import { marked } from '../render/look.ts'
import { usageError } from '../usage.ts'

export async function keygen(
  file: string | undefined,
  options: { signing?: true | undefined },
  context: Context,
): Promise<void> {
  await (options.signing === true
    ? makeSigningKeys(resolve(context.directory, file ?? 'holdfast-signing.pem'), context)
    : makeIdentity(resolve(context.directory, file ?? 'holdfast-identity.txt'), context))
}

async function makeIdentity(path: string, context: Context): Promise<void> {
  const { identity, recipient } = await newIdentity()
  const created = context.now().toISOString()
  await writeNew(path, `# created: ${created}\n# public key: ${recipient}\n${identity.reveal()}\n`, 0o600)
  tell(context, { identityFile: path, recipient }, recipient, [
    `${marked('good', context.screen.look())} ${path}`,
    renderWarning(
      'this file reads every backup that is encrypted to the recipient: move it off this machine, to two places that you will still have when this machine is gone',
      context.screen.look(),
    ),
    '',
    '  Machines that back up need the recipient and nothing else:',
    '    encryption:',
    `      recipients: [${recipient}]`,
    '  Machines that restore name the file: --identity FILE, or HOLDFAST_IDENTITY.',
  ])
}

async function makeSigningKeys(path: string, context: Context): Promise<void> {
  const keys = newSigningKeys()
  const publicPath = `${path.replace(/\.pem$/, '')}.pub.pem`
  await writeNew(path, keys.privateKey.reveal(), 0o600)
  try {
    await writeNew(publicPath, keys.publicKey, 0o644)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  tell(
    context,
    { keyFile: path, publicKeyFile: publicPath, publicKey: keys.publicKeyText },
    keys.publicKeyText,
    [
      `${marked('good', context.screen.look())} ${path}, which signs: for machines that back up`,
      `${marked('good', context.screen.look())} ${publicPath}, which checks: for every machine that reads`,
      '',
      '    signing:',
      `      keyFile: ${JSON.stringify(path)}`,
      `      publicKeys: [${keys.publicKeyText}]`,
    ],
  )
}

function tell(
  { stdout, screen, json, quiet }: Context,
  document: Record<string, string>,
  result: string,
  lines: readonly string[],
): void {
  if (!quiet && !json) screen.say(lines.join('\n'))
  stdout.write(
    json ? `${JSON.stringify({ schemaVersion: 1, command: 'keygen', ...document })}\n` : `${result}\n`,
  )
}

/** Writes a file that is not there yet, whole and durably: a key that is lost half-way would be lost for good. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    if (error.code === 'EEXIST') {
      throw usageError(`${path} is there already`, 'A key is never overwritten: choose another file.')
    }
    throw usageError(
      `${path} could not be written: ${error.message}`,
      'Choose a place that you may write to.',
    )
  }
}
