import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

// Loading the SDK takes longer than most commands of Holdfast.
test('the AWS SDK is loaded by the first call that needs it, and by nothing before', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => { if (url.includes('@aws-sdk')) loaded.push(url); return next(url, context) } })
    const { default: plugin } = await import('@holdfast/storage-s3')
    plugin.optionsSchema()
    const storage = plugin.create(plugin.parseOptions({ bucket: 'backups', endpoint: 'http://127.0.0.1:1' }), { name: 's3', job: 'shop', baseDirectory: '/' })
    storage.location('a')
    const before = loaded.length
    await storage.stat('a', AbortSignal.timeout(5000)).catch(() => {})
    console.log(JSON.stringify([before, loaded.length > 0]))`
  const said = execFileSync(
    process.execPath,
    ['--conditions=@holdfast/source', '--input-type=module', '--eval', script],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  )
  expect(JSON.parse(said)).toEqual([0, true])
})
