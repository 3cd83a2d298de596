import { worstStatus, type Verifier } from '@holdfast/plugin'
import { compare } from './compare.ts'
import { measures } from './measures.ts'
import type { SizeOptions } from './options.ts'

/** Looks at manifests only: nothing is read from the storage. Shrinking fails, growing warns. */
export function sizeVerifier(options: SizeOptions): Verifier {
  return {
    proves: 'plausible',
    async verify({ manifest, history }) {
      const checks = measures.map((measure) => compare(measure, manifest, history, options))
      return { status: worstStatus(checks), checks }
    },
  }
}
