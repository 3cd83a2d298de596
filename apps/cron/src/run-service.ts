import { createRedactor, environmentSecrets, findConfig, passwordsIn } from '@holdfast/core'
import { exitCodeOf, HoldfastError, type ReportedError } from '@holdfast/plugin'
import { createLogger, type Logger } from './log/logger.ts'
import type { CronOptions } from './options.ts'
import { serve, type Service } from './serve.ts'

/** How long ending may take once everything was cancelled, in milliseconds. */
const endMs = 15_000

/** Runs until it is told to stop, and resolves with the exit code. */
export async function runService(options: CronOptions): Promise<number> {
  const environment = process.env
  try {
    const logger = createLogger(process.stdout, {
      level: logLevel(environment),
      colors: process.stdout.isTTY && environment['NO_COLOR'] === undefined,
    })
    const starting = configFile(options).then((file) =>
      serve({ ...options, config: options.config, file }, { environment, logger }),
    )
    return await untilStopped(starting, { logger, environment })
  } catch (error) {
    const { code, message, hint } = reportable(error, environment)
    process.stderr.write(`✗ ${message} (${code})\n${hint === undefined ? '' : `  ${hint}\n`}`)
    return exitCodeOf(code)
  }
}

const logLevels = ['debug', 'info', 'warn', 'error']

function logLevel({ LOG_LEVEL: level = 'info' }: NodeJS.ProcessEnv): string {
  if (logLevels.includes(level)) return level
  throw new HoldfastError('USAGE_INVALID', `LOG_LEVEL is ${JSON.stringify(level)}`, {
    hint: `Set it to one of ${logLevels.join(', ')}.`,
  })
}

async function configFile({ config }: CronOptions): Promise<string> {
  const file = await findConfig({ directory: process.cwd(), environment: process.env, path: config })
  if (file !== undefined) return file
  throw new HoldfastError('CONFIG_NOT_FOUND', 'there is no configuration here', {
    hint: 'Pass --config, or make one with holdfast init and give its jobs a schedule.',
  })
}

/** Signals are heard from the first moment: one that came too early would end the process in the middle of a run. */
function untilStopped(
  starting: Promise<Service>,
  { logger, environment }: { logger: Logger; environment: NodeJS.ProcessEnv },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let service: Service | undefined
    starting.then((started) => {
      service = started
      process.on('uncaughtException', (error) => started.survive(error))
      process.on('unhandledRejection', (reason) => started.survive(reason))
    }, reject)

    let signals = 0
    const stop = (): void => {
      signals += 1
      // Nothing runs yet.
      if (service === undefined) process.exit(0)
      if (signals === 1) {
        service.stop().then(
          () => resolve(0),
          (error: unknown) => {
            logger.fatal({ err: error }, 'could not stop in order')
            process.exit(1)
          },
        )
      } else if (signals === 2) {
        logger.warn('cancelling what runs')
        service.cancel()
        setTimeout(() => process.exit(1), endMs).unref()
      } else {
        process.exit(1)
      }
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)

    const reload = async (): Promise<void> => {
      const started = await starting
      try {
        await started.reload()
        logger.info('the configuration was read again')
      } catch (error) {
        const reported = reportable(error, environment)
        logger.error(
          { error: reported },
          `the configuration is refused, the old one stays: ${reported.message}`,
        )
      }
    }
    let reloading = Promise.resolve()
    process.on('SIGHUP', () => {
      // Where it could not be started, that is said elsewhere.
      if (signals === 0) reloading = reloading.then(reload).catch(() => {})
    })
  })
}

/** An error without any secret that the environment holds. */
function reportable(error: unknown, environment: NodeJS.ProcessEnv): ReportedError {
  const redactor = createRedactor()
  const passwords = passwordsIn([environment['DATABASE_URL']])
  for (const secret of [...environmentSecrets(environment), ...passwords]) redactor.add(secret)
  return redactor.error(error)
}
