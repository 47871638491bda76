import { isAbsolute, relative } from 'node:path'
import type { DemoFolder } from './demo-folder.ts'
import { AGENT_LOGIN, ana, dora } from './people.ts'
import { heading, note, type Screen } from './screen.ts'
import { UPSTREAM } from './shop.ts'

/** Prints lines that can be pasted into another terminal, from the folder that the demo was started in. */
export function showWhatToTry(screen: Screen, folder: DemoFolder, port: number): void {
  const ca = shortPath(folder.caFile)
  const psql = (login: string): string =>
    `psql "host=localhost port=${port} dbname=${UPSTREAM.database} user=${login} sslmode=verify-full sslrootcert=${ca}"`
  const options = `host:'localhost',port:${port},database:'${UPSTREAM.database}',user:'${ana.login}',password:'${ana.password}'`
  const program = `const{Client}=require('pg');const c=new Client({${options},ssl:{ca:require('fs').readFileSync('${relative('packages/demo', folder.caFile)}')}});c.connect().then(()=>c.query('select * from customers limit 2')).then(r=>console.table(r.rows)).finally(()=>c.end())`
  heading(screen, 8, 'It stays up. Try it from another terminal, in this folder:')
  note(screen, 'as Ana, Dora, and the agent')
  note(screen, `  PGPASSWORD=${ana.password} ${psql(ana.login)}`)
  note(screen, `  PGPASSWORD=${dora.password} ${psql(dora.login)}`)
  note(screen, `  PGPASSWORD="$(cat ${shortPath(folder.agentTokenFile)})" ${psql(AGENT_LOGIN)}`)
  note(screen, 'with node-postgres')
  note(screen, `  (cd packages/demo && node -e "${program}")`)
  note(screen, 'the record')
  const sluice = 'bin/sluice audit'
  note(screen, `  ${sluice} tail -j ${shortPath(folder.journal)}`)
  note(screen, `  ${sluice} verify -j ${shortPath(folder.journal)}`)
  note(screen, '')
  note(screen, `policy, configuration and keys are in ${shortPath(folder.path)}`)
  note(screen, 'Ctrl-C stops everything')
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') || isAbsolute(short) ? path : short
}
