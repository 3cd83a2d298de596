import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseAddress, withDatabase } from './address.ts'
import { connectionArguments, connectionEnvironment } from './environment.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-environment-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function environmentOf(text: string | undefined, environment: NodeJS.ProcessEnv = {}) {
  return connectionEnvironment(parseAddress(text, environment), environment, directory)
}

describe('connectionEnvironment', () => {
  it('replaces every PG* variable by those of the address and keeps the rest', async () => {
    const outside = {
      PATH: '/bin',
      HOME: '/home/x',
      PGHOST: 'x',
      PGTZ: 'x',
      PGDATESTYLE: 'x',
      PGGEQO: 'off',
      PGSSLKEY: '/key',
    }
    expect(
      await environmentOf('postgresql://u@h:1/d?sslmode=require', { ...outside, PGSYSCONFDIR: '/etc/pg' }),
    ).toEqual({
      PATH: '/bin',
      HOME: '/home/x',
      LC_MESSAGES: 'C',
      PGAPPNAME: 'holdfast',
      PGSYSCONFDIR: '/etc/pg',
      PGCONNECT_TIMEOUT: '15',
      PGUSER: 'u',
      PGHOST: 'h',
      PGPORT: '1',
      PGDATABASE: 'd',
      PGSSLMODE: 'require',
      PGSSLKEY: '/key',
    })
  })

  it('puts a password into a file that only its owner can read', async () => {
    const variables = await environmentOf('postgresql://u:a%3Ab%5Cc@h/d', {
      PGPASSWORD: 'other',
      DATABASE_URL: 'canary',
    })
    const path = variables['PGPASSFILE'] ?? ''
    expect(await readFile(path, 'utf8')).toBe('*:*:*:*:a\\:b\\\\c\n')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(JSON.stringify(variables)).not.toMatch(/a:b|other|canary|PGPASSWORD/)
  })

  it('leaves the password file of the user alone when there is no password', async () => {
    expect(await environmentOf('postgresql://u@h/d', { PGPASSFILE: '/own' })).toMatchObject({
      PGPASSFILE: '/own',
    })
  })

  it('makes messages English without changing the character set', async () => {
    const variables = await environmentOf('postgresql://h', {
      LC_ALL: 'de_DE.UTF-8',
      LANGUAGE: 'de',
      LANG: 'de_DE',
    })
    expect(variables).toMatchObject({ LC_MESSAGES: 'C', LC_CTYPE: 'de_DE.UTF-8', LANG: 'de_DE' })
    expect(variables).not.toHaveProperty('LC_ALL')
    expect(variables).not.toHaveProperty('LANGUAGE')
  })

  it('never takes over an encoding or a name for the session', async () => {
    const variables = await environmentOf('postgresql://h?client_encoding=LATIN1&application_name=x', {})
    expect(variables).not.toHaveProperty('PGCLIENTENCODING')
    expect(variables['PGAPPNAME']).toBe('holdfast')
  })
})

describe('connectionArguments', () => {
  const argumentsOf = (text: string | undefined, environment: NodeJS.ProcessEnv = {}) =>
    connectionArguments(parseAddress(text, environment))

  it('carry only what the environment can not', () => {
    expect(
      argumentsOf('postgresql://u:canary@h/d?keepalives_idle=5&tcp_user_timeout=9&sslmode=require'),
    ).toEqual([
      "--dbname=keepalives_idle='5' keepalives_interval='10' keepalives_count='6' tcp_user_timeout='9'",
    ])
  })

  it('carry everything but the password beside a service, which would overrule the environment', () => {
    expect(argumentsOf("service=prod dbname='it''s'".replace("''", "\\'") + ' password=canary')).toEqual([
      "--dbname=service='prod' dbname='it\\'s'",
    ])
    const named = withDatabase(parseAddress(undefined, { PGSERVICE: 'prod' }), 'other')
    expect(connectionArguments(named)).toEqual(["--dbname=dbname='other'"])
  })
})
