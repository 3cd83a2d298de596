export { memoryStorage, type MemoryStorage } from './memory-storage.ts'
export type { CaseContext, StorageCapabilities, StorageCase, StorageUnderTest } from './storage/case.ts'
export { storageCases } from './storage/cases.ts'
export { runStorageChecks, type StorageCheck, type StorageChecksOptions } from './storage/checks.ts'
export { storageSuite, type StorageSuiteOptions } from './storage/suite.ts'
export {
  retryAfterMs,
  serviceModes,
  type AcceptedMessage,
  type MessagePart,
  type NotifierCapabilities,
  type NotifierCase,
  type NotifierCaseContext,
  type NotifierService,
  type NotifierUnderTest,
  type ServiceMode,
} from './notifier/case.ts'
export { notifierCases } from './notifier/cases.ts'
export { sampleNotification } from './notifier/sample.ts'
export { notifierSuite, type NotifierSuiteOptions } from './notifier/suite.ts'
