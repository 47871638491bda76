/**
 * The policy that holds until a deployment writes its own. People and workloads read and write; agents only read;
 * personal data, secrets and internals are masked. Groups: `admins`, `dpo`.
 */
export const baselineText = `version: 1
inference: balanced
rules:
  # --- who may do what ---------------------------------------------------------------------------------------------
  - id: baseline-use
    effect: allow
    when: >-
      principal.kind in ['human', 'workload'] &&
      statement.effects.all(e, e in ['read', 'write', 'session'])
  - id: baseline-agents-read
    effect: allow
    when: >-
      principal.kind == 'agent' &&
      statement.effects.all(e, e in ['read', 'session'])
  - id: baseline-admins
    effect: allow
    when: principal.kind == 'human' && 'admins' in principal.groups

  # --- what nobody may do, with a reason ---------------------------------------------------------------------------
  - id: baseline-opaque
    effect: deny
    when: statement.opaque != ''
    message: it could not be understood; write it in plainer SQL, one statement at a time
  - id: baseline-unbounded-write
    effect: deny
    when: >-
      !statement.bounded && !('ddl' in statement.effects) &&
      statement.tables.exists(t, 'write' in t.access &&
        !(t.name in ['knex_migrations_lock', 'databasechangeloglock', 'DATABASECHANGELOGLOCK']))
    message: it would change or copy every row of a table; add a WHERE clause
  - id: baseline-destructive
    effect: deny
    when: statement.verbs.exists(v, v.startsWith('drop') || v.startsWith('truncate'))
    unless: principal.kind == 'human' && 'admins' in principal.groups
    message: dropping and truncating is for members of \`admins\`
  - id: baseline-server
    effect: deny
    when: "statement.effects.exists(e, e in ['file', 'network', 'program', 'admin', 'dcl', 'unknown'])"
    unless: principal.kind == 'human' && 'admins' in principal.groups
    message: reaching beyond the data (files, network, programs, rights, the server itself) is for members of \`admins\`
  - id: baseline-other-role
    effect: deny
    when: statement.verbs.exists(v, v.startsWith('set role') || v.startsWith('set session authorization'))
    unless: principal.kind == 'human' && 'admins' in principal.groups
    message: acting as another database role is for members of \`admins\`
  - id: baseline-agents-dynamic
    effect: deny
    when: >-
      principal.kind == 'agent' &&
      (statement.dynamic || statement.functions.exists(f, f.name == 'set_config'))
    message: agents may not run SQL or change settings by names that are put together while it runs

  # --- what is masked ----------------------------------------------------------------------------------------------
  - id: baseline-personal-data
    effect: mask
    columns: column.labels.exists(l, l == 'pii' || l.startsWith('pii.'))
    with: { default: redact, pii.email: email, pii.card: { partial: { last: 4 } }, pii.phone: { partial: { last: 2 } } }
    scan: on
    unless: "'dpo' in principal.groups"
  - id: baseline-secrets
    effect: mask
    columns: >-
      column.labels.exists(l, l == 'secret' || l.startsWith('secret.') || l == 'internal' || l.startsWith('internal.'))
    with: redact
    unless: "'dpo' in principal.groups"

  # --- how much ----------------------------------------------------------------------------------------------------
  - id: baseline-agent-rows
    effect: limit
    when: principal.kind == 'agent'
    rows: 1000
  - id: baseline-rows
    effect: limit
    rows: 10000
    unless: "'dpo' in principal.groups || 'admins' in principal.groups"
`
