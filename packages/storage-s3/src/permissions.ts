import type { S3Options } from './options.ts'

/** What is asked of the store, by the name that S3 has for it. */
export type Operation =
  | 'PutObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'HeadObject'
  | 'GetObject'
  | 'DeleteObject'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'

type Asked = Pick<S3Options, 'bucket' | 'prefix' | 'tags' | 'objectLock' | 'serverSideEncryption'>

/** The statement of an IAM policy that allows the operation, as JSON on one line. */
export function statementFor(operation: Operation, options: Asked): string {
  const { actions, isOfBucket } = needs(operation, options)
  const bucket = `arn:aws:s3:::${options.bucket}`
  const objects = `${bucket}/${options.prefix === '' ? '' : `${options.prefix}/`}*`
  return JSON.stringify({ Effect: 'Allow', Action: actions, Resource: isOfBucket ? bucket : objects })
}

/** The actions of the key service that encryption with it needs. */
export function keyActions(operation: Operation): string {
  return /^(?:Get|Head)/.test(operation) ? 'kms:Decrypt' : 'kms:GenerateDataKey and kms:Decrypt'
}

function needs(operation: Operation, options: Asked): { actions: string[]; isOfBucket: boolean } {
  const objects = (...actions: string[]): { actions: string[]; isOfBucket: boolean } => ({
    actions,
    isOfBucket: false,
  })
  switch (operation) {
    case 'PutObject':
    case 'CreateMultipartUpload':
    case 'UploadPart':
    case 'CompleteMultipartUpload': {
      return objects(
        's3:PutObject',
        ...(Object.keys(options.tags).length > 0 ? ['s3:PutObjectTagging'] : []),
        ...(options.objectLock === undefined ? [] : ['s3:PutObjectRetention']),
      )
    }
    case 'HeadObject':
    case 'GetObject':
      return objects('s3:GetObject', ...(options.objectLock === undefined ? [] : ['s3:GetObjectRetention']))
    case 'DeleteObject':
      return objects('s3:DeleteObject')
    case 'AbortMultipartUpload':
      return objects('s3:AbortMultipartUpload')
    case 'ListObjectsV2':
      return { actions: ['s3:ListBucket'], isOfBucket: true }
    case 'ListMultipartUploads':
      return { actions: ['s3:ListBucketMultipartUploads'], isOfBucket: true }
  }
}
