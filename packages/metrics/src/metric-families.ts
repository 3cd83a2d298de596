import type { Family } from './family.ts'
import { jobFamilies } from './job-families.ts'
import { storageFamilies } from './storage-families.ts'

/** Every metric there is, for documents and for the tests of alerts. */
export const metricFamilies: readonly Family[] = [...storageFamilies, ...jobFamilies]
