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
  /** Called once, however the stream ends. */
  close(): void
}

interface Held<Result> {
  state: 'running' | 'done' | 'failed'
  result?: Result
  error?: unknown
}

/**
 * A Duplex that does several jobs at a time and gives their output in order. At most `inFlight` jobs are held,
 * those that run and those whose output nobody has taken yet; past that it stops taking input. An error, of a
 * job or of the cutting itself, surfaces in its place in the order, so the first damage is the one reported.
 */
export function orderedDuplex<Result>(work: OrderedWork<Result>, inFlight: number): Duplex {
  const held: Held<Result>[] = []
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
      cutting = undefined
      work.close()
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
    hold(Promise.reject(error as Error))
  }

  function fill(): void {
    while (cutting !== undefined && held.length < inFlight) {
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
      hold(next.value())
    }
  }

  function hold(job: Promise<Result>): void {
    const entry: Held<Result> = { state: 'running' }
    held.push(entry)
    job.then(
      (result) => {
        entry.result = result
        entry.state = 'done'
        drain()
      },
      (error: unknown) => {
        entry.error = error
        entry.state = 'failed'
        drain()
      },
    )
  }

  function drain(): void {
    if (stream.destroyed) return
    for (let first = held[0]; first !== undefined && first.state !== 'running'; first = held[0]) {
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
