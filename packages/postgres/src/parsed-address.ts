import { HoldfastError } from '@holdfast/plugin'
import { isParameter, type ParameterName, secretParameters } from './parameters.ts'

/** libpq's connection parameters by name; never with a password. */
export type Parameters = Partial<Record<ParameterName, string>>

/** What a URL or keyword string was found to say. */
export interface ParsedAddress {
  parameters: Parameters
  password: string | undefined
}

/** The one way to refuse an address: the caller makes sure that nothing in the message can be a secret. */
export function invalid(message: string, hint: string): HoldfastError {
  return new HoldfastError('DATABASE_URL_INVALID', message, { hint })
}

/** Sets a parameter that libpq knows; refuses one that it does not, and a secret that can not travel safely. */
export function setParameter(parameters: Parameters, name: string, value: string): void {
  if (secretParameters.has(name)) {
    throw invalid(
      `The address of the database holds ${name}, which would have to travel on a command line.`,
      `Put ${name} into a service file (~/.pg_service.conf) and name that with service=.`,
    )
  }
  if (!isParameter(name)) {
    throw invalid(
      `The address of the database has a parameter that libpq does not know${/^[a-z_]{1,24}$/i.test(name) ? `: ${name}` : ''}.`,
      'Remove it; parameters of other tools, such as schema= or pgbouncer=, mean nothing to pg_dump.',
    )
  }
  if (value !== '') parameters[name] = value
}
