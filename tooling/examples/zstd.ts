import { isMissing } from './is-missing.ts'

export const withoutZstd: boolean = isMissing('zstd')
