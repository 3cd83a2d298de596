export { errorCodes, exitCodeOf, type ErrorCode } from './codes.ts'
export { exitCodes } from './codes/exit-codes.ts'
export type { ErrorCodeEntry } from './codes/types.ts'
export { hasCode, HoldfastError, isHoldfastError, type ErrorDetails } from './errors.ts'
export type {
  BackupKind,
  BackupObject,
  Compression,
  CopyFacts,
  DatabaseFacts,
  DataObject,
  DataRole,
  DumpFormat,
  Encryption,
  Manifest,
  ObjectRole,
  Omission,
  TableFacts,
} from './manifest.ts'
export {
  notificationEvents,
  type JobHistory,
  type Notification,
  type NotificationEvent,
} from './notification.ts'
export type { Notifier } from './notifier.ts'
export { OptionsError, optionsFrom, type OptionsIssue, type StandardSchema } from './options.ts'
export {
  apiVersion,
  definePlugin,
  type Instances,
  type Plugin,
  type PluginContext,
  type PluginKind,
} from './plugin.ts'
export { makePrivateDirectory, type PrivateDirectory } from './private-directory.ts'
export type {
  Report,
  ReportedBackup,
  ReportedError,
  ReportedNotification,
  ReportedRetention,
  ReportedStage,
  ReportedStorage,
  RunStatus,
} from './report.ts'
export { freeOwned, isOwned, markOwned, recycledMemory } from './owned-bytes.ts'
export { Secret } from './secret.ts'
export type { DumpProgress, DumpRequest, Snapshot, Source, SourceFacts } from './source.ts'
export { stageNames, type StageName } from './stages.ts'
export type {
  Checksum,
  CreateOnly,
  GetOptions,
  ObjectInfo,
  PutOptions,
  Storage,
  StorageStatus,
  StoredObject,
} from './storage.ts'
export type { PreparedTarget, PrepareOptions, RestoreRequest, RestoreTarget } from './target.ts'
export {
  worstStatus,
  type Attestation,
  type Check,
  type Proof,
  type Verdict,
  type VerdictStatus,
  type Verifier,
  type VerifierInput,
} from './verifier.ts'
export { withCommas } from './with-commas.ts'
