const OLDEST_MAJOR = 24

/** What to tell somebody whose Node is too old, or undefined. better-sqlite3 crashes there without a word. */
export function nodeComplaint(version = process.versions.node) {
  if (Number(version.split('.')[0]) >= OLDEST_MAJOR) return undefined
  return (
    `this needs Node ${OLDEST_MAJOR} or newer, and is running on \`${version}\`: start it through pnpm, which ` +
    `brings its own (\`npx -y pnpm@12.21.0 test\`), or install Node ${OLDEST_MAJOR}`
  )
}

/** Jest's global set-up: refuses an old Node before a test loads anything native. */
export default function refuseOldNode() {
  const complaint = nodeComplaint()
  if (complaint) throw new Error(complaint)
}
