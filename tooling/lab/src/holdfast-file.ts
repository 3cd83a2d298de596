import { fileURLToPath } from 'node:url'
import { bundleApp } from '@holdfast/bundle'

const app = fileURLToPath(new URL('../../../apps/cli', import.meta.url))

/** The command as it is published, for a process of its own; there once `makeHoldfast` has run. */
export const holdfastFile: string = `${app}/bundle/main.js`

/** Bundles the command from the source as it now is. */
export function makeHoldfast(): Promise<void> {
  return bundleApp(app)
}
