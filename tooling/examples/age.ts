import { isMissing } from './is-missing.ts'

export const withoutAge: boolean = isMissing('age')
