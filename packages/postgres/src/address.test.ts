import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeAddress, parseAddress, withDatabase } from './address.ts'

const parse = (text: string | undefined, environment: NodeJS.ProcessEnv = {}) =>
  parseAddress(text, environment)
const canary = 'canary'

interface Refusal {
  code: string
  hint: string
  shown: string
}

function refusal(text: string): Refusal {
  try {
    parse(text)
  } catch (error) {
    const { code, hint } = error as Refusal
    return { code, hint, shown: inspect(error) }
  }
  throw new Error('It was not refused.')
}

describe('a URI', () => {
  it.for<[string, Record<string, string>, string | undefined, string]>([
    ['postgresql://u@h/d', { user: 'u', host: 'h', dbname: 'd' }, undefined, 'u@h:5432/d'],
    ['postgres://u:p@h:5433/d', { user: 'u', host: 'h', port: '5433', dbname: 'd' }, 'p', 'u@h:5433/d'],
    ['POSTGRES://u@h/d', { user: 'u', host: 'h', dbname: 'd' }, undefined, 'u@h:5432/d'],
    ['postgresql://u:@h/d', { user: 'u', host: 'h', dbname: 'd' }, undefined, 'u@h:5432/d'],
    ['postgresql://u:p:q@h', { user: 'u', host: 'h' }, 'p:q', 'u@h:5432/u'],
    ['postgresql://u:%40%3A%2F%25%23@h/d', { user: 'u', host: 'h', dbname: 'd' }, '@:/%#', 'u@h:5432/d'],
    ['postgresql://u:a#b?c@h/d', { user: 'u', host: 'h', dbname: 'd' }, 'a#b?c', 'u@h:5432/d'],
    ['postgresql://%C3%A9@h/a%2Fb', { user: 'é', host: 'h', dbname: 'a/b' }, undefined, 'é@h:5432/a/b'],
    [
      'postgresql://u@[::1]:5433/d',
      { user: 'u', host: '::1', port: '5433', dbname: 'd' },
      undefined,
      'u@[::1]:5433/d',
    ],
    [
      'postgresql://u@a:1,b:2,c/d',
      { user: 'u', host: 'a,b,c', port: '1,2,', dbname: 'd' },
      undefined,
      'u@a:1,b:2,c:5432/d',
    ],
    [
      'postgresql://u@%2Fvar%2Frun/d',
      { user: 'u', host: '/var/run', dbname: 'd' },
      undefined,
      'u@/var/run:5432/d',
    ],
    [
      'postgresql:///d?host=/tmp&user=u',
      { dbname: 'd', host: '/tmp', user: 'u' },
      undefined,
      'u@/tmp:5432/d',
    ],
    [
      'postgresql://u@h?sslmode=verify-full&connect_timeout=3',
      { user: 'u', host: 'h', sslmode: 'verify-full', connect_timeout: '3' },
      undefined,
      'u@h:5432/u',
    ],
    [
      'postgresql://u@h/d?ssl=true',
      { user: 'u', host: 'h', dbname: 'd', sslmode: 'require' },
      undefined,
      'u@h:5432/d',
    ],
    ['postgresql://u:x@h/d?password=p%26q', { user: 'u', host: 'h', dbname: 'd' }, 'p&q', 'u@h:5432/d'],
    [
      'postgresql://u@h/d?options=endpoint%3Dx',
      { user: 'u', host: 'h', dbname: 'd', options: 'endpoint=x' },
      undefined,
      'u@h:5432/d',
    ],
    ['  postgresql://u@h/d\n', { user: 'u', host: 'h', dbname: 'd' }, undefined, 'u@h:5432/d'],
  ])('%s', ([text, given, password, description]) => {
    const address = parse(text)
    expect(address.given).toEqual(given)
    expect(address.password?.reveal()).toBe(password)
    expect(describeAddress(address)).toBe(description)
  })

  it.for([
    `postgresql://u:${canary}@${canary}@h/d`,
    `postgresql://u:${canary}/x@h/d`,
    `postgresql://u:12/${canary}@h/d`,
    `postgresql://u:12/3?${canary}=1@h/d`,
    `postgresql://u:1@${canary}?${canary}=rd@h/d`,
    `postgresql://u:${canary}%zz@h/d`,
    `postgresql://u:${canary}%00@h/d`,
    `postgresql://u:${canary}%0A@h/d`,
    `postgresql://u:${canary}@h:port/d`,
    `postgresql://u:${canary}@h:99999/d`,
    `postgresql://u:${canary}@[::1/d`,
    `postgresql://u:${canary}@h/d?nothing`,
    `postgresql://u:${canary}@h/d?a=b=c`,
    `postgresql://u:${canary}@h/d?sslpassword=${canary}`,
    `mysql://u:${canary}@h/d`,
    `"postgresql://u:${canary}@h/d"`,
    `'postgresql://u:${canary}@h/d'`,
    `u:${canary}@h/d`,
    canary,
    '',
  ])('refuses %j without repeating what may be a secret', (text) => {
    const { code, hint, shown } = refusal(text)
    expect(code).toBe('DATABASE_URL_INVALID')
    expect(hint).not.toBe('')
    expect(shown).not.toContain(canary)
  })

  it('names a parameter that libpq does not know', () => {
    expect(refusal('postgresql://u@h/d?schema=public').shown).toContain('libpq does not know: schema')
    expect(refusal('postgresql://u@h/d?sslpassword=x').hint).toContain('service file')
  })
})

describe('keywords', () => {
  it.for<[string, Record<string, string>, string | undefined]>([
    ['host=h port=5433 dbname=d user=u', { host: 'h', port: '5433', dbname: 'd', user: 'u' }, undefined],
    ["host = 'h' dbname = 'my shop' password='a b\\'c\\\\'", { host: 'h', dbname: 'my shop' }, "a b'c\\"],
    ['host=h password=a\\ b', { host: 'h' }, 'a b'],
    ["dbname='' host=h", { host: 'h' }, undefined],
    ['service=prod', { service: 'prod' }, undefined],
    ['host=h dbname=', { host: 'h' }, undefined],
  ])('%s', ([text, given, password]) => {
    const address = parse(text)
    expect(address.given).toEqual(given)
    expect(address.password?.reveal()).toBe(password)
  })

  it.for([
    `host=h password=my ${canary}`,
    `host=h password=my ${canary}=x`,
    `host=h password='${canary}`,
    `host=h password='${canary}'x`,
    `password=${canary} sslpassword=${canary}`,
    `=${canary}`,
  ])('refuses %j without repeating what may be a secret', (text) => {
    const { code, hint, shown } = refusal(text)
    expect(code).toBe('DATABASE_URL_INVALID')
    expect(hint).not.toBe('')
    expect(shown).not.toContain(canary)
  })
})

describe('the environment', () => {
  it('is the whole address where there is no text', () => {
    const address = parse(undefined, {
      PGHOST: 'h',
      PGPORT: '1',
      PGUSER: 'u',
      PGDATABASE: 'd',
      PGPASSWORD: canary,
      PGHOSTADDR: '127.0.0.1',
      PGOPTIONS: '-c x=y',
      PGCLIENTENCODING: 'LATIN1',
      PGAPPNAME: 'mine',
      PGTZ: 'UTC',
      PGSSLMODE: '',
    })
    expect(address.inherited).toEqual({
      host: 'h',
      port: '1',
      user: 'u',
      dbname: 'd',
      hostaddr: '127.0.0.1',
      options: '-c x=y',
    })
    expect(address.password?.reveal()).toBe(canary)
    expect(describeAddress(address)).toBe('u@h:1/d')
  })

  it('fills in what a URL does not say, but never where the URL leads', () => {
    const environment = {
      PGHOST: 'elsewhere',
      PGHOSTADDR: '203.0.113.1',
      PGSERVICE: 'elsewhere',
      PGOPTIONS: '-c x=y',
      PGPORT: '5433',
      PGSSLMODE: 'require',
      PGSSLROOTCERT: '/ca',
      PGPASSWORD: canary,
      PGPASSFILE: '/pass',
    }
    const address = parse('postgresql://u@h/d?sslmode=verify-full', environment)
    expect(address.inherited).toEqual({ port: '5433', sslrootcert: '/ca', passfile: '/pass' })
    expect(address.password?.reveal()).toBe(canary)
    expect(parse('postgresql://u:own@h/d', environment).password?.reveal()).toBe('own')
  })
})

describe('an address', () => {
  it('never shows its password', () => {
    const address = parse(`postgresql://u:${canary}@h/d`)
    const shown = [inspect(address, { depth: 9 }), JSON.stringify(address), describeAddress(address)].join()
    expect(shown).not.toContain(canary)
    expect(shown).toContain('[secret]')
  })

  it('can be led to another database of the same server', () => {
    const address = withDatabase(parse('postgresql://u:p@h/d?sslmode=require'), 'other name')
    expect(describeAddress(address)).toBe('u@h:5432/other name')
    expect(address.password?.reveal()).toBe('p')
    expect(
      describeAddress(withDatabase(parse(undefined, { PGDATABASE: 'd', PGHOST: 'h', PGUSER: 'u' }), 'e')),
    ).toBe('u@h:5432/e')
  })

  it('describes what only a service file knows by the name of the service', () => {
    expect(describeAddress(parse('service=prod'))).toBe('service=prod')
    expect(describeAddress(parse('service=prod dbname=d user=u'))).toBe('u@service=prod/d')
    expect(describeAddress(parse(undefined, { PGSERVICE: 'prod', PGHOST: 'overruled' }))).toBe('service=prod')
  })
})
