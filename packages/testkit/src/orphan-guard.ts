import { spawn } from 'node:child_process'

/** Ends a guard. */
type OrphanGuard = { readonly release: () => void }

/**
 * A shell that outlives this process, however it ends (SIGKILL too): it holds the reading end of a pipe whose
 * writing end is ours, and its end of file means that we are gone. Then it stops `pid` and removes `folder`.
 */
const SCRIPT = `
read -r _
kill -QUIT "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do
  kill -0 "$1" 2>/dev/null || break
  sleep 0.2
done
kill -KILL "$1" 2>/dev/null
rm -rf -- "$2"
`

/** Stops process `pid` and removes `folder` once this process is gone. Holds no event loop open. */
export function guardAgainstOrphans(pid: number, folder: string): OrphanGuard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'orphan-guard', String(pid), folder], {
    cwd: '/',
    // Its own process group, so that Ctrl-C on the terminal does not end it first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  const pipe = shell.stdin as typeof shell.stdin & { unref?: () => void }
  pipe.on('error', () => undefined)
  pipe.unref?.()
  return { release: () => void shell.kill('SIGKILL') }
}
