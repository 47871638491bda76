// `node --import ./scripts/require-node.mjs main.ts`: says what is wrong before an old Node stumbles over TypeScript.
import { nodeComplaint } from './node-version.mjs'

const complaint = nodeComplaint()
if (complaint) {
  console.error(complaint)
  process.exit(1)
}
