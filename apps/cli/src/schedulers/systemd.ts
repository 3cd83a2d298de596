import { calendarEvents, inWords } from '@holdfast/schedule'
import { usageError } from '../usage.ts'
import { titleOf, type Rendered, type ScheduledCommand } from './command.ts'

/** A service and a timer for each command, under the names of their files. */
export function renderSystemd(commands: readonly ScheduledCommand[]): Rendered {
  return {
    text: `${commands.flatMap((command) => [serviceOf(command), timerOf(command)]).join('\n\n')}\n`,
    warnings: [
      'they run as the user holdfast, and take variables from /etc/holdfast/environment',
      `then: systemctl daemon-reload && systemctl enable --now ${commands.map((one) => `${unitOf(one)}.timer`).join(' ')}`,
    ],
  }
}

function unitOf({ job, kind }: ScheduledCommand): string {
  return `holdfast-${job}-${kind}`
}

function serviceOf(command: ScheduledCommand): string {
  return `# /etc/systemd/system/${unitOf(command)}.service
[Unit]
Description=Holdfast: ${titleOf(command)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=holdfast
EnvironmentFile=-/etc/holdfast/environment
ExecStart=/usr/bin/env holdfast ${command.arguments.map(quoted).join(' ')}`
}

function timerOf(command: ScheduledCommand): string {
  const { expression, splayMs } = command.schedule
  const events = calendarEvents(expression)
  if (events === undefined) {
    throw usageError(
      `${titleOf(command)}: systemd can not say ${expression.text}`,
      'It knows neither L, W nor #.',
    )
  }
  return `# /etc/systemd/system/${unitOf(command)}.timer
[Unit]
Description=Holdfast: ${titleOf(command)}: ${inWords(expression)}

[Timer]
${events.map((event) => `OnCalendar=${event}`).join('\n')}
AccuracySec=1s
${splayMs === 0 ? '' : `RandomizedDelaySec=${Math.ceil(splayMs / 1000)}s\nFixedRandomDelay=true\n`}Persistent=true

[Install]
WantedBy=timers.target`
}

/** A word as systemd reads it back unchanged. */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  if (/^[\w@%$+=:,./-]+$/.test(escaped)) return escaped
  return `"${escaped.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`)}"`
}
