import { createRequire } from 'node:module'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** The version of Holdfast that writes manifests and reports. */
export const holdfastVersion: string = version
