export { memoryStorage, type MemoryStorage } from './memory-storage.ts'
export { type PostgresAccess, type TestDatabase, usePostgres } from './databases.ts'
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres.ts'
export type { ProvidedToTests } from './provided.ts'
