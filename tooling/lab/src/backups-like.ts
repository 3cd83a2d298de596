import { createHash } from 'node:crypto'

export interface StoredText {
  key: string
  text: string
}

const hourMs = 3_600_000

/**
 * As many backups as wanted, each an hour older than the one before, made from one real backup: its manifest and one
 * of its verdicts. Their data is a byte each, for what is only listed and never read.
 *
 * @param manifest as it is stored, and its key
 * @param verdict as it is stored
 */
export function* backupsLike(
  { manifest, verdict }: { manifest: StoredText; verdict: StoredText },
  count: number,
): Generator<StoredText> {
  const original = JSON.parse(manifest.text) as { name: string; job: string; startedAt: string }
  const base = manifest.key.slice(0, -'.manifest.json'.length)
  const startedAt = Date.parse(original.startedAt)
  for (let index = 1; index <= count; index += 1) {
    const at = new Date(startedAt - index * hourMs).toISOString()
    const name = `${original.name.replace(/\d{8}_\d{6}(-\d+)?$/, '')}${stamp(at)}`
    const ownBase = `${original.job}/${at.slice(0, 4)}/${at.slice(5, 7)}/${name}`
    const own = {
      ...(JSON.parse(manifest.text.replaceAll(base, ownBase)) as { objects: { key: string }[] }),
      id: index.toString(16).padStart(12, '0'),
      name,
      startedAt: at,
      finishedAt: at,
    }
    const text = `${JSON.stringify(own, undefined, 2)}\n`
    const manifestSha256 = createHash('sha256').update(text).digest('hex')
    const record = { ...(JSON.parse(verdict.text) as object), backup: own.id, manifestSha256, verifiedAt: at }
    for (const { key } of own.objects) yield { key, text: 'x' }
    yield { key: `${ownBase}.manifest.json`, text }
    yield { key: `${ownBase}.verdict-${at.replace(/[-:.]/g, '')}.json`, text: JSON.stringify(record) }
    yield { key: `${ownBase}.report.json`, text: '{}' }
  }
}

function stamp(at: string): string {
  const digits = at.replace(/[-:]/g, '')
  return `${digits.slice(0, 8)}_${digits.slice(9, 15)}`
}
