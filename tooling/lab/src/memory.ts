import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const sampleEveryMs = 50

/**
 * Watches a process and its descendants until it is told to stop; resolves with the largest sum of their resident
 * memory (VmRSS), in bytes. Memory that two of them share counts twice, so the real figure is never larger.
 */
export function watchMemory(pid: number): { stop(): Promise<number> } {
  let peakBytes = 0
  let stopped = false
  const watching = (async () => {
    while (!stopped) {
      peakBytes = Math.max(peakBytes, await residentBytes(pid))
      await sleep(sampleEveryMs)
    }
  })()
  return {
    async stop() {
      stopped = true
      await watching
      return peakBytes
    },
  }
}

async function residentBytes(pid: number): Promise<number> {
  const own = /^VmRSS:\s+(\d+) kB$/m.exec(await readProc(`/proc/${pid}/status`))?.[1]
  const children = await childrenOf(pid)
  const theirs = await Promise.all(children.map(residentBytes))
  return theirs.reduce((sum, bytes) => sum + bytes, Number(own ?? 0) * 1024)
}

// Any thread may have started a child.
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(threads.map((thread) => readProc(`/proc/${pid}/task/${thread}/children`)))
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}

/** Empty for a process that is gone. */
function readProc(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
