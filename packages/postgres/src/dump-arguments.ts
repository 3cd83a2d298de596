import type { DumpRequest } from '@holdfast/plugin'

/** pg_dump's arguments, without the connection. Compression is not its business: one core of it would be the limit. */
export function dumpArguments(
  request: DumpRequest,
  selected: readonly string[],
  snapshotId: string,
): string[] {
  return [
    ...(request.format === 'custom' ? ['--format=custom', '--compress=0'] : ['--format=plain']),
    ...(request.kind === 'schema' ? ['--schema-only'] : []),
    ...(request.kind === 'data' ? ['--data-only'] : []),
    ...(request.ownership ? [] : ['--no-owner', '--no-privileges']),
    ...selected,
    '--strict-names',
    '--no-password',
    `--lock-wait-timeout=${request.lockWaitTimeoutMs}`,
    `--snapshot=${snapshotId}`,
    '--verbose',
  ]
}
