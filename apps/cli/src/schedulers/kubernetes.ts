import { createHash } from 'node:crypto'
import { crontabFields } from '@holdfast/schedule'
import { stringify } from 'yaml'
import { usageError } from '../usage.ts'
import { titleOf, type Rendered, type ScheduledCommand } from './command.ts'

/** A CronJob for each command. The image, the configuration and the secrets are the reader's. */
export function renderKubernetes(commands: readonly ScheduledCommand[]): Rendered {
  return {
    text: commands.map((command) => stringify(manifestOf(command), { lineWidth: 0 })).join('---\n'),
    warnings: [
      'put in your image; the configuration comes from the ConfigMap holdfast, variables from the Secret holdfast',
      ...commands
        .filter(({ schedule }) => schedule.splayMs > 0)
        .map((command) => `${titleOf(command)}: splayMs is not in there; Kubernetes has nothing like it`),
    ],
  }
}

const configDirectory = '/etc/holdfast'

function manifestOf(command: ScheduledCommand): object {
  const { job, kind, schedule } = command
  const { expression } = schedule
  const fields = crontabFields(expression)
  if (fields === undefined) {
    throw usageError(
      `${titleOf(command)}: Kubernetes can not say ${expression.text}`,
      'It knows minutes and no seconds, and neither L, W nor #.',
    )
  }
  const name = nameOf(job, kind)
  const labels = { 'app.kubernetes.io/name': 'holdfast', 'app.kubernetes.io/component': kind }
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, labels },
    spec: {
      schedule: fields,
      timeZone: expression.timeZone,
      concurrencyPolicy: 'Forbid',
      // A day: what was missed for longer waits for its next time.
      startingDeadlineSeconds: 86_400,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          template: {
            metadata: { labels },
            spec: {
              restartPolicy: 'Never',
              containers: [
                {
                  name: 'holdfast',
                  image: 'holdfast:latest',
                  command: ['holdfast'],
                  args: inImage(command.arguments),
                  envFrom: [{ secretRef: { name: 'holdfast' } }],
                  volumeMounts: [{ name: 'config', mountPath: configDirectory, readOnly: true }],
                },
              ],
              volumes: [{ name: 'config', configMap: { name: 'holdfast' } }],
            },
          },
        },
      },
    },
  }
}

/** In the image the configuration is where the ConfigMap is mounted, under its own name. */
function inImage(given: readonly string[]): string[] {
  const file = given.at(-1) ?? ''
  return [...given.slice(0, -1), `${configDirectory}/${file.slice(file.lastIndexOf('/') + 1)}`]
}

/** The longest name that a CronJob may have: the jobs that it makes get 11 characters more. */
const longestName = 52

/** Names there are lower-case letters, digits and dashes; one that had to be changed is told apart by a digest. */
function nameOf(job: string, kind: string): string {
  const wanted = `holdfast-${job}-${kind}`
  const name = wanted.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')
  if (name === wanted && name.length <= longestName) return name
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 8)
  return `${name.slice(0, longestName - 9)}-${digest}`
}
