// The plainest proxy that Node can be: bytes in, bytes out, nothing looked at. What a gateway in Node can at best reach.
// Usage: node bench/splice.ts LISTEN_PORT HOST PORT
import { connect, createServer } from 'node:net'

const [listenPort, host, port] = process.argv.slice(2)

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ host: host ?? '127.0.0.1', port: Number(port), noDelay: true })
  client.pipe(upstream).pipe(client)
  client.on('error', () => upstream.destroy())
  upstream.on('error', () => client.destroy())
})
server.listen(Number(listenPort), '127.0.0.1')
