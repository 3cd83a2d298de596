import { createSampleDatabase, type TestDatabase, usePostgres } from '@holdfast/lab'

/** A small sample database on the server that the integration tests share. */
export async function createSample(superuserUrl: string, label: string): Promise<TestDatabase> {
  const database = await usePostgres(superuserUrl).createDatabase(label)
  await createSampleDatabase((sql) => database.psql(sql), { megabytes: 2 })
  return database
}
