/** Imported first: better-sqlite3 crashes without a word on older runtimes. */
const NEWEST_REFUSED_MAJOR = 23

const major = Number.parseInt(process.versions.node, 10)
if (major <= NEWEST_REFUSED_MAJOR) {
  process.stderr.write(
    `sluice: Node ${process.versions.node} is too old; use Node 24 or newer (\`bin/sluice\` of a checkout starts with its own)\n`,
  )
  process.exit(1)
}
