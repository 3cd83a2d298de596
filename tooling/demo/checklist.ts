import type { Check, Report } from '@holdfast/plugin'

export interface ChecklistItem {
  done: boolean
  /** As the written procedure has it. */
  what: string
  /** What shows that it was done, or why it was not, in a few words. */
  because: string
}

/** The checklist of a written backup procedure, answered from the report of a run and nothing else. */
export function checklist(report: Report): ChecklistItem[] {
  const { backup, notifications, retention } = report
  const dump = backup?.objects.find(({ role }) => role === 'dump')
  const sidecar = backup?.objects.find(({ role }) => role === 'sidecar')
  const sha256 = archiveCheck(report, 'sha256')
  const listed = archiveCheck(report, 'decode')?.status === 'passed'
  const contents = archiveCheck(report, 'contents')?.status === 'passed'
  const delivered = notifications.filter(({ status }) => status === 'delivered')
  const deleted = retention.reduce((sum, { deleted: names }) => sum + names.length, 0)
  return [
    item(
      'Backup file created successfully',
      dump !== undefined,
      dump ? megabytes(dump.bytes) : 'there is none',
    ),
    size(report),
    item(
      '`pg_restore --list` completes without errors',
      listed && contents,
      listed && contents ? `${backup?.tables ?? 0} tables` : 'it does not',
    ),
    item(
      'SHA-256 checksum calculated and stored',
      sidecar !== undefined && sha256?.status === 'passed',
      sha256?.detail ?? 'nobody looked',
    ),
    ...upload(report),
    item(
      'Notification sent (email/Slack)',
      delivered.length > 0,
      delivered.map(({ notifier }) => notifier).join(', ') || 'no notifier in this demo',
    ),
    item('Backup logged in monitoring system', false, 'no monitoring here'),
    item(
      'Local cleanup performed (>7 days old)',
      deleted > 0,
      deleted > 0 ? `${deleted} deleted` : 'nothing is old yet',
    ),
  ]
}

function upload({ storages, verdicts }: Report): ChecklistItem[] {
  const [uploaded, verified] = ['Uploaded to S3 with encryption', 'S3 upload verified (file exists)']
  const s3 = storages.find(({ plugin, status }) => plugin === 's3' && status === 'stored')
  if (s3 === undefined) {
    const because = 'npm run demo -- --s3 has it'
    return [item(uploaded, false, because), item(verified, false, because)]
  }
  const isWhole = verdicts.some(
    ({ storage, proves, status }) => storage === s3.name && proves === 'archive' && status === 'passed',
  )
  return [
    item(uploaded, false, 'uploaded; encryption is a line in a configuration'),
    item(verified, isWhole, isWhole ? 'every byte of it read back' : 'it is not whole'),
  ]
}

function size(report: Report): ChecklistItem {
  const similar = report.verdicts.find(({ proves }) => proves === 'plausible')?.status ?? 'skipped'
  const enough = archiveCheck(report, 'size')?.status === 'passed'
  return item(
    'File size is reasonable (>1 MB, similar to previous)',
    enough && (similar === 'passed' || similar === 'skipped'),
    enough ? `>1 MB; ${similar === 'skipped' ? 'none before it' : `similar: ${similar}`}` : 'too small',
  )
}

function item(what: string, done: boolean, because: string): ChecklistItem {
  return { done, what, because }
}

function archiveCheck({ verdicts }: Report, name: string): Check | undefined {
  return verdicts.find(({ proves }) => proves === 'archive')?.checks.find((check) => check.name === name)
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
