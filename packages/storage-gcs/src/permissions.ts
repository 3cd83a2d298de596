import type { Operation } from './errors.ts'

const needed: Readonly<Record<Operation, string>> = {
  store: 'storage.objects.create',
  read: 'storage.objects.get',
  'look at': 'storage.objects.get',
  remove: 'storage.objects.delete',
  list: 'storage.objects.list',
  check: 'storage.objects.list',
  'cancel the upload of': 'storage.objects.create',
}

/** What the service has to allow for an operation. */
export function neededPermission(operation: Operation): string {
  return needed[operation]
}

/** The smallest role of Google's own that has the permission. */
export function roleWith(permission: string): string {
  switch (permission) {
    case 'storage.objects.create':
      return 'roles/storage.objectCreator'
    case 'storage.objects.get':
    case 'storage.objects.list':
      return 'roles/storage.objectViewer'
    case 'storage.objects.delete':
      return 'roles/storage.objectUser'
    default:
      return 'roles/storage.objectAdmin'
  }
}
