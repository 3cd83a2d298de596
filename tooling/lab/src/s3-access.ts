/** An S3 server that somebody can talk to with nothing but this. */
export interface S3Access {
  /** http://127.0.0.1:port */
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

/** What the AWS SDK and every tool on it read to find this server; a process needs nothing else. */
export function s3Environment({
  endpoint,
  region,
  accessKeyId,
  secretAccessKey,
}: S3Access): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // No other account of this machine is looked for.
    AWS_EC2_METADATA_DISABLED: 'true',
    NO_PROXY: '127.0.0.1',
  }
}
