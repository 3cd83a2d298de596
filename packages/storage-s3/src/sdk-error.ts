/** What is looked at in an error of the SDK; nothing of it is certain. */
export interface SdkError {
  name: string
  message: string
  /** Of the network, such as ECONNRESET. */
  code?: unknown
  $metadata?: { httpStatusCode?: number; attempts?: number }
  $response?: { headers?: Record<string, string | undefined> }
  Region?: unknown
}

export function sdkError(cause: unknown): SdkError {
  return cause instanceof Error ? cause : { name: 'Error', message: String(cause) }
}
