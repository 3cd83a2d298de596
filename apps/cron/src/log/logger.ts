import { pino, type Logger, type LoggerOptions } from 'pino'
import { PinoPretty } from 'pino-pretty'

export type { Logger } from 'pino'

/** One JSON object a line, or on a terminal one readable line each. */
export function createLogger(
  stdout: NodeJS.WriteStream,
  { level, colors }: { level: string; colors: boolean },
): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  }
  if (!stdout.isTTY) return pino(options, stdout)
  const pretty = PinoPretty({
    colorize: colors,
    sync: true,
    destination: 1,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss',
    messageFormat: readable,
    hideObject: true,
  })
  return pino(options, pretty)
}

/** `shop backup: started`, or only the message where it is about no job. */
function readable({ job, task, msg }: { job?: string; task?: string; msg?: string }): string {
  if (job === undefined) return msg ?? ''
  return `${job}${task === undefined ? '' : ` ${task}`}: ${msg}`
}
