import { Duplex } from 'node:stream'

/** One piece of work that may run beside others. */
export type Job<Result> = () => Promise<Result>

/** What an ordered Duplex does; every function but the jobs is called on its own and in order. */
export interface OrderedWork<Result> {
  /** Cuts input into jobs, lazily: the next one is asked for only when there is room for it. */
  cut(chunk: Buffer): Iterator<Job<Result>>
  /** The jobs that are left when the input has ended. */
  finish(): Iterator<Job<Result>>
  /** What to write for a finished job; called in the order in which the jobs were cut. */
  emit(result: Result): Buffer
  /** What to write after the last job. */
  trailer(): Buffer
}

/** How many jobs there may be. */
export interface Limits {
  /** That run at a time. */
  running: number
  /** In all: those that wait, that run, and whose output nobody has taken yet. Past that no input is taken. */
  held: number
}

interface Held<Result> {
  job: Job<Result>
  state: 'waiting' | 'running' | 'done' | 'failed'
  result?: Result
  error?: unknown
}

/**
 * A Duplex that does several jobs at a time and gives their output in order. An error, of a job or of the cutting
 * itself, surfaces in its place in the order, so the first damage is the one reported.
 */
export function orderedDuplex<Result>(work: OrderedWork<Result>, limits: Limits): Duplex {
  const held: Held<Result>[] = []
  const waiting: Held<Result>[] = []
  let running = 0
  let cutting: Iterator<Job<Result>> | undefined
  let cut: () => void = () => {}
  let wanted = false
  let ended = false

  const stream = new Duplex({
    // One output after the other as they are: as bytes, two that wait would be copied into one.
    readableObjectMode: true,
    readableHighWaterMark: 1,
    writableHighWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, callback) {
      begin(() => work.cut(chunk), callback)
    },
    final(callback) {
      begin(
        () => work.finish(),
        () => {
          ended = true
          callback()
          drain()
        },
      )
    },
    read() {
      wanted = true
      drain()
    },
    destroy(error, callback) {
      held.length = 0
      waiting.length = 0
      cutting = undefined
      callback(error)
    },
  })

  function begin(start: () => Iterator<Job<Result>>, callback: () => void): void {
    cut = callback
    try {
      cutting = start()
    } catch (error) {
      refuse(error)
      return
    }
    fill()
  }

  // The callback of what is being cut is never called: no more input is taken, and the error waits for its turn.
  function refuse(error: unknown): void {
    cutting = undefined
    hold(() => Promise.reject(error as Error))
  }

  function fill(): void {
    while (cutting !== undefined && held.length < limits.held) {
      let next: IteratorResult<Job<Result>>
      try {
        next = cutting.next()
      } catch (error) {
        refuse(error)
        return
      }
      if (next.done === true) {
        cutting = undefined
        cut()
        return
      }
      hold(next.value)
    }
  }

  function hold(job: Job<Result>): void {
    const entry: Held<Result> = { job, state: 'waiting' }
    held.push(entry)
    waiting.push(entry)
    start()
  }

  function start(): void {
    while (running < limits.running) {
      const entry = waiting.shift()
      if (entry === undefined) return
      running++
      entry.state = 'running'
      entry.job().then(
        (result) => settle(entry, { state: 'done', result }),
        (error: unknown) => settle(entry, { state: 'failed', error }),
      )
    }
  }

  function settle(entry: Held<Result>, outcome: Omit<Held<Result>, 'job'>): void {
    running--
    Object.assign(entry, outcome)
    start()
    drain()
  }

  function drain(): void {
    if (stream.destroyed) return
    for (let first = held[0]; first?.state === 'done' || first?.state === 'failed'; first = held[0]) {
      if (first.state === 'failed') {
        stream.destroy(first.error as Error)
        return
      }
      if (!wanted) break
      held.shift()
      const output = work.emit(first.result as Result)
      if (output.length > 0) wanted = stream.push(output)
    }
    fill()
    if (ended && held.length === 0) {
      ended = false
      const trailer = work.trailer()
      if (trailer.length > 0) stream.push(trailer)
      stream.push(null)
    }
  }

  return stream
}
