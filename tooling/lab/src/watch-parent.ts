import { afterThisProcess } from './after-this-process.ts'

// The pid file tells whether the process of that number still is this server.
const script = `
running() { [ "$(head -n 1 "$2/data/postmaster.pid" 2> /dev/null)" = "$1" ]; }
if running "$1" "$2"; then kill -QUIT "$1"; fi
for _ in 1 2 3 4 5 6 7 8 9 10; do
  kill -0 "$1" 2> /dev/null || break
  sleep 0.2
done
rm -rf "$2"
`

/** Stops the server and removes its directory should this process end without doing so. Returns how to call that off. */
export function watchParent(serverPid: number, directory: string): () => void {
  return afterThisProcess('watch-parent', script, [String(serverPid), directory])
}
