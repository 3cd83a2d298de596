import { delimiter, join } from 'node:path'
import { isExecutable } from '../executable.ts'

const names = ['ceph', 'monmaptool', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin'] as const

/** Where each program of Ceph is. */
export type CephPrograms = Readonly<Record<(typeof names)[number], string>>

/** The programs that an object store of our own needs, or undefined where one of them is not installed. */
export function findCeph(environment: NodeJS.ProcessEnv = process.env): CephPrograms | undefined {
  const directories = (environment['PATH'] ?? '').split(delimiter)
  const found = names.map((name) =>
    directories.map((directory) => join(directory, name)).find((path) => isExecutable(path)),
  )
  if (found.includes(undefined)) return undefined
  return Object.fromEntries(names.map((name, index) => [name, found[index]])) as CephPrograms
}
