import { Secret } from '@holdfast/plugin'

/** Credentials that Google issued, of any kind, and what must not be seen of them. */
export interface GcsCredentials {
  json: Secret
  parts: Secret[]
}

const secretParts = ['private_key', 'private_key_id', 'refresh_token', 'client_secret', 'access_token']

/** Reads what a key file holds; a text says why it can not be used. */
export function readCredentials(text: string): GcsCredentials | string {
  const fields = parsed(text)
  if (fields === undefined) return 'must be the JSON of a key file that Google issued'
  if (typeof fields['type'] !== 'string') return 'lack a type, such as service_account'
  const parts = secretParts
    .map((name) => fields[name])
    .filter((value) => typeof value === 'string' && value !== '')
  return { json: new Secret(text), parts: parts.map((value) => new Secret(String(value))) }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
