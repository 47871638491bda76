import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const STEP_TIMEOUT_MS = 10 * 60_000
// postgresql-common reads it: the tests start their own clusters, so the package must not make and start one.
const CLUSTER_CONFIG = '/etc/postgresql-common/createcluster.conf'

/**
 * Makes sure that the programs tests use are there: by apt where that is possible, else with one line that says
 * what to run. Returns the tools that are still missing.
 */
export function ensureTools(tools) {
  const missing = tools.filter((tool) => !tool.find())
  if (missing.length === 0) return []
  const packages = [...new Set(missing.map((tool) => tool.debianPackage))]
  const names = missing.map((tool) => tool.name).join(', ')
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`missing: ${names}; the tests that need them are SKIPPED. as root run: ${command}`)
    return missing
  }
  console.error(`installing ${packages.join(', ')} (for ${names})`)
  if (!existsSync(CLUSTER_CONFIG)) {
    mkdirSync(dirname(CLUSTER_CONFIG), { recursive: true })
    writeFileSync(CLUSTER_CONFIG, 'create_main_cluster = false\n')
  }
  const installed = apt(['update']) && apt(['install', '-y', '--no-install-recommends', ...packages])
  const left = tools.filter((tool) => !tool.find())
  if (left.length > 0) {
    const why = installed ? 'apt installed its packages, but these are not there' : 'apt failed'
    console.error(`${why}: ${left.map((tool) => tool.name).join(', ')}; the tests that need them are SKIPPED`)
  }
  return left
}

/** Runs apt-get silently; what it said is shown only when it fails. */
function apt(args) {
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Options::=--force-confold']
  const done = spawnSync('/usr/bin/apt-get', [...options, ...args], {
    encoding: 'utf8',
    timeout: STEP_TIMEOUT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (done.status !== 0)
    console.error(`${done.stdout}${done.stderr}`.trimEnd().split('\n').slice(-10).join('\n'))
  return done.status === 0
}
