import type { Check, Report } from '@holdfast/plugin'

export interface ChecklistItem {
  done: boolean
  /** As the written procedure has it. */
  what: string
  /** What shows that it was done, or why it was not. */
  because: string
}

/** The checklist of a written backup procedure, answered from the report of a run and nothing else. */
export function checklist(report: Report): ChecklistItem[] {
  const { backup, notifications, retention } = report
  const dump = backup?.objects.find(({ role }) => role === 'dump')
  const sidecar = backup?.objects.find(({ role }) => role === 'sidecar')
  const decode = archiveCheck(report, 'decode')
  const contents = archiveCheck(report, 'contents')
  const sha256 = archiveCheck(report, 'sha256')
  const delivered = notifications.filter(({ status }) => status === 'delivered')
  const deleted = retention.reduce((sum, { deleted: names }) => sum + names.length, 0)
  return [
    item('Backup file created successfully', dump !== undefined, dump ? lastPart(dump.key) : 'there is none'),
    item('File size is reasonable (>1 MB, similar to previous)', sizePassed(report), sizeFound(report)),
    item(
      '`pg_restore --list` completes without errors',
      decode?.status === 'passed' && contents?.status === 'passed',
      contents?.detail ?? 'nobody looked',
    ),
    item(
      'SHA-256 checksum calculated and stored',
      sidecar !== undefined && sha256?.status === 'passed',
      sidecar ? `${lastPart(sidecar.key)}; read back: ${sha256?.detail ?? 'not yet'}` : 'there is none',
    ),
    item('Uploaded to S3 with encryption', false, 'no S3 in this demo: it is kept in ./backups'),
    item(
      'S3 upload verified (file exists)',
      false,
      'no S3 in this demo: the copy in ./backups was read back whole',
    ),
    item(
      'Notification sent (email/Slack)',
      delivered.length > 0,
      delivered.length > 0
        ? delivered.map(({ notifier }) => notifier).join(', ')
        : 'no notifier in this demo',
    ),
    item(
      'Backup logged in monitoring system',
      false,
      'no monitoring in this demo: the report is kept beside the backup',
    ),
    item(
      'Local cleanup performed (>7 days old)',
      deleted > 0,
      deleted > 0 ? `${deleted} deleted` : 'nothing is old yet',
    ),
  ]
}

function item(what: string, done: boolean, because: string): ChecklistItem {
  return { done, what, because }
}

function archiveCheck({ verdicts }: Report, name: string): Check | undefined {
  return verdicts.find(({ proves }) => proves === 'archive')?.checks.find((check) => check.name === name)
}

function sizePassed(report: Report): boolean {
  const plausible = report.verdicts.find(({ proves }) => proves === 'plausible')
  const bad = plausible?.status === 'failed' || plausible?.status === 'warning'
  return archiveCheck(report, 'size')?.status === 'passed' && !bad
}

function sizeFound(report: Report): string {
  const plausible = report.verdicts.find(({ proves }) => proves === 'plausible')
  const compared = plausible?.checks.find(({ status }) => status === plausible.status)
  return [
    archiveCheck(report, 'size')?.detail ?? 'nobody looked',
    ...(compared ? [compared.detail] : []),
  ].join('; ')
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
