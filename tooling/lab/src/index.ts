export { backupsLike, type StoredText } from './backups-like.ts'
export { makeCertificates, type Certificates } from './certificates.ts'
export { findPgbouncer, type Pooler, startPgbouncer } from './pgbouncer.ts'
export { isLeftOut } from './left-out.ts'
export { type PostgresAccess, type TestDatabase, usePostgres } from './databases.ts'
export { watchMemory } from './memory.ts'
export { type GcsDouble, type GcsDoubleOptions, startGcsDouble } from './gcs-double.ts'
export type { GcsFault, GcsFaultEffect, GcsRequest, GcsRequestKind } from './gcs/faults.ts'
export { presenceOf } from './presence.ts'
export { endGroupWith, type ProcessGroup } from './process-group.ts'
export { findBinDirectory } from './programs.ts'
export { holdfastFile, makeHoldfast } from './holdfast-file.ts'
export {
  startHttpService,
  type HttpBehaviour,
  type HttpService,
  type ReceivedRequest,
} from './http-service.ts'
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres.ts'
export type { ProvidedToTests } from './provided.ts'
export { startProxy, type Proxy } from './proxy.ts'
export { isRgwInstalled, startRgw, type RgwOptions, type RgwServer } from './rgw.ts'
export { s3Environment, type S3Access } from './s3-access.ts'
export { createSampleDatabase, type SampleOptions } from './sample.ts'
export { startS3Double, type S3Double, type S3DoubleOptions } from './s3-double.ts'
export type { S3Credentials } from './s3/signature.ts'
export {
  startSmtp,
  type ReceivedMail,
  type SmtpMoment,
  type SmtpRule,
  type SmtpServer,
  type SmtpServerSettings,
} from './smtp.ts'
export { startSes, type SentMail, type SesBehaviour, type SesService } from './ses.ts'
