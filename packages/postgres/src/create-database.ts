import { type Address, describeAddress } from './address.ts'
import { HoldfastError } from '@holdfast/plugin'
import { quoteIdentifier, quoteLiteral } from './quote.ts'
import { sqlStateOf } from './server-error.ts'
import { connectMaintenance, databaseName } from './target-connection.ts'

const duplicateDatabase = '42P04'
const invalidParameter = '22023'

/**
 * Creates the database that the address names, empty and in the encoding of the dump. One that is there by now is
 * fine: whether it may be used is looked at afterwards.
 */
export async function createDatabase(
  address: Address,
  encoding: string,
  options: { environment: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  const name = databaseName(address)
  if (name === undefined) {
    throw new HoldfastError('DATABASE_URL_INVALID', 'The address does not say which database to create.', {
      hint: 'Name it in the address: dbname=… or postgresql://…/name.',
    })
  }
  const connection = await connectMaintenance(address, options.environment, options.signal)
  try {
    await connection.session.execute(
      `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ENCODING ${quoteLiteral(encoding)}`,
    )
  } catch (error) {
    const state = sqlStateOf(error)
    if (state === duplicateDatabase) return
    if (state !== invalidParameter) throw error
    throw new HoldfastError(
      'DATABASE_QUERY_FAILED',
      `${describeAddress(address)} could not be created with the encoding of the dump, ${encoding}.`,
      {
        hint:
          `The server's locale does not go with it. Create it by hand with one that does: ` +
          `createdb --template=template0 --encoding=${encoding} --locale=C NAME, then restore without --create-database.`,
        cause: error,
      },
    )
  } finally {
    await connection.close()
  }
}
