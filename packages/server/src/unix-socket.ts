import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect, type ListenOptions, type Server } from 'node:net'

/** Resolves when the server listens; rejects with the system's error. */
export const bound = (server: Server, options: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })

/**
 * Listens on a Unix socket with this mode. The socket of a gateway that was killed is taken away first; one that is
 * still answered, or a file that is no socket, stays, and the promise rejects. Node cannot say who the other end is
 * (SO_PEERCRED), so the mode is what keeps others out.
 */
export const bindSocket = async (
  server: Server,
  path: string,
  mode: number,
  backlog: number,
): Promise<void> => {
  await removeStale(path)
  // The socket is made closed: there is no moment in which others could open it.
  const mask = process.umask(0o777)
  const listening = bound(server, { path, backlog })
  process.umask(mask)
  await listening
  await chmod(path, mode)
}

const removeStale = async (path: string): Promise<void> => {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) throw new Error('there is a file of that name that is no socket')
  if (await answered(path)) throw new Error('somebody listens there already')
  await unlink(path)
}

/** False only where the system says that nobody listens. */
const answered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
