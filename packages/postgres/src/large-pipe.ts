import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { recycledMemory } from '@holdfast/plugin'

/** What a reader gets at a time, in bytes: as much as is compressed at a time, so that nobody has to copy it. */
const pieceBytes = 2 * 1024 * 1024

/** A pipe for gigabytes. Node reads from a child 64 KB at a time, each into memory of its own, which costs more. */
export interface LargePipe {
  /** For the child to write to. To be closed here once the child has it. */
  readonly writer: Socket
  /** Gives pieces of 2 MiB, the last may be shorter, each marked as owned. */
  readonly reader: Readable
  /** Called for all that comes, also while a piece is still being filled. */
  onBytes: () => void
}

/** Opens a pipe that goes through this directory, which only we may enter, and leaves nothing in it. */
export async function openLargePipe(directory: string): Promise<LargePipe> {
  const path = join(directory, 'pipe')
  const server = createServer({ pauseOnConnect: true })
  try {
    server.listen(path)
    await once(server, 'listening')
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const pipe: Omit<LargePipe, 'writer'> = {
      reader: readPieces(path, () => pipe.onBytes()),
      onBytes: () => {},
    }
    // Rejects with the error of a reader that can not connect.
    const failed = once(pipe.reader, 'close') as Promise<never>
    const [writer] = await Promise.race([accepted, failed])
    return Object.assign(pipe, { writer })
  } finally {
    server.close()
  }
}

function readPieces(path: string, onBytes: () => void): Readable {
  const take = recycledMemory()
  let piece = take(pieceBytes)
  let filled = 0
  const give = (): boolean => {
    const whole = filled === pieceBytes ? piece : piece.subarray(0, filled)
    piece = take(pieceBytes)
    filled = 0
    return reader.push(whole)
  }
  const socket = connect({
    path,
    onread: {
      buffer: () => piece.subarray(filled),
      callback(bytes) {
        filled += bytes
        onBytes()
        return filled < pieceBytes || give()
      },
    },
  })
  const reader = new Readable({
    highWaterMark: pieceBytes,
    read: () => void socket.resume(),
    destroy(error, callback) {
      socket.destroy()
      callback(error)
    },
  })
  socket.once('error', (error) => reader.destroy(error))
  socket.once('end', () => {
    if (filled > 0) give()
    reader.push(null)
  })
  return reader
}
