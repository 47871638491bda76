// A collector that takes everything and keeps nothing, in a process of its own, so that it costs the gateway only what
// sending costs. Usage: node bench/collector.ts PORT
import { createServer } from 'node:http'

createServer((request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(200).end())
}).listen(Number(process.argv[2]), '127.0.0.1')
