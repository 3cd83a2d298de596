import { expect, test } from 'vitest'
import { storageFromUrl } from './storage-url.ts'

test.for([
  ['backups', 'local', { path: '/home/me/backups' }],
  ['./backups/', 'local', { path: '/home/me/backups' }],
  ['../x', 'local', { path: '/home/x' }],
  ['/srv/backups', 'local', { path: '/srv/backups' }],
  ['s3', 'local', { path: '/home/me/s3' }],
  ['file:///srv/with%20space', 'local', { path: '/srv/with space' }],
  ['s3://bucket', 's3', { bucket: 'bucket' }],
  ['s3://bucket/', 's3', { bucket: 'bucket' }],
  ['S3://bucket/a/b/', 's3', { bucket: 'bucket', prefix: 'a/b' }],
  ['gs://bucket/a', 'gcs', { bucket: 'bucket', prefix: 'a' }],
] as const)('%s', ([text, use, options]) => {
  expect(storageFromUrl(text, '/home/me')).toEqual({ use, options })
})

test.for([
  ['', 'An empty text names no storage'],
  ['azure://container', 'Holdfast knows no storage by the name azure://'],
  ['s3://', 'A s3:// address needs a bucket'],
  ['s3:///prefix', 'A s3:// address needs a bucket'],
  ['s3://key:canary@bucket', 'A s3:// address holds a bucket and a prefix, never credentials'],
  ['s3://bucket/x?key=canary', 'A s3:// address ends after the prefix, without ? or #'],
  ['gs://bucket#canary', 'A gs:// address ends after the prefix, without ? or #'],
  ['file://elsewhere/x', 'file://elsewhere/x is not a file URL of this machine'],
] as const)('refuses %j', ([text, message]) => {
  expect(() => storageFromUrl(text, '/home/me')).toThrow(
    expect.objectContaining({ code: 'USAGE_INVALID', message }),
  )
})
