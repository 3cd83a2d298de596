import { createHash, createHmac } from 'node:crypto'
import { S3Refusal } from './errors.ts'
import type { S3Request } from './request.ts'

export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  /** True from when the store refuses them with ExpiredToken. */
  isExpired?: boolean
}

const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/,]*)\/(\d{8})\/([^/,]*)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
const skewLimitMs = 15 * 60_000

/** Refuses a request that was not signed with known credentials, for this region and about now. */
export function requireSignature(
  request: S3Request,
  { credentials, region, now }: { credentials: readonly S3Credentials[]; region: string; now: number },
): void {
  const { headers } = request
  const header = headers['authorization']
  if (header === undefined) throw new S3Refusal(403, 'AccessDenied', 'Access Denied')
  const [, keyId = '', day = '', scopeRegion = '', signedNames = '', signature] =
    authorization.exec(header) ?? []
  if (signature === undefined) {
    throw new S3Refusal(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed')
  }
  if (scopeRegion !== region) {
    throw new S3Refusal(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${scopeRegion}' is wrong; expecting '${region}'`,
      { headers: { 'x-amz-bucket-region': region }, fields: { Region: region } },
    )
  }
  const known = credentials.find(({ accessKeyId }) => accessKeyId === keyId)
  if (known === undefined) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.'
    throw new S3Refusal(403, 'InvalidAccessKeyId', message, { fields: { AWSAccessKeyId: keyId } })
  }
  const stamp = headers['x-amz-date'] ?? ''
  const sentAt = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(Math.abs(now - sentAt) <= skewLimitMs)) {
    throw new S3Refusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    )
  }
  const canonical = canonicalRequest(request, signedNames.split(';'))
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')
  if (signatureOf(toSign, [day, region, 's3', 'aws4_request'], known.secretAccessKey) !== signature) {
    // S3 shows the request as it saw it, the token in it as well.
    const fields = {
      AWSAccessKeyId: keyId,
      StringToSign: toSign,
      SignatureProvided: signature,
      CanonicalRequest: canonical,
    }
    const message = 'The request signature we calculated does not match the signature you provided.'
    throw new S3Refusal(403, 'SignatureDoesNotMatch', message, { fields })
  }
  const token = headers['x-amz-security-token']
  if (known.isExpired === true) {
    throw new S3Refusal(400, 'ExpiredToken', 'The provided token has expired.', {
      fields: { 'Token-0': token ?? '' },
    })
  }
  if (token !== known.sessionToken) {
    const message = 'The provided token is malformed or otherwise invalid.'
    throw new S3Refusal(400, 'InvalidToken', message, { fields: { 'Token-0': token ?? '' } })
  }
}

function canonicalRequest(
  { method, rawPath, query, headers }: S3Request,
  signedNames: readonly string[],
): string {
  const required = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'))
  const unsigned = required.find((name) => !signedNames.includes(name))
  if (unsigned !== undefined) {
    throw new S3Refusal(
      403,
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned}`,
    )
  }
  const path = rawPath.split('/').map((part) => encoded(decodeURIComponent(part)))
  const pairs = [...query].map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
  return [
    method,
    path.join('/'),
    pairs.toSorted().join('&'),
    ...signedNames.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedNames.join(';'),
    headers['x-amz-content-sha256'] ?? '',
  ].join('\n')
}

function signatureOf(text: string, scope: readonly string[], secret: string): string {
  let key: Buffer | string = `AWS4${secret}`
  for (const part of scope) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update(text).digest('hex')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
