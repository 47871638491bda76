import * as Schema from 'effect/Schema'
import { databaseSchema } from './database.ts'
import { identitySchema, labelSchema } from './identity.ts'
import { limitsSchema } from './limits.ts'
import { listenerSchema } from './listener.ts'
import { secretSchema } from './secret.ts'
import { address, list, path, said, text, textLike } from './words.ts'

const labelsSchema = Schema.Struct({
  column: textLike(
    /^("([^"]|"")+"|[^."\s]+)(\.("([^"]|"")+"|[^."\s]+)){2}$/,
    'a column as `schema.table.column`; a name with a dot in double quotes',
    'The column',
  ),
  database: Schema.optionalKey(
    text('the name of a database', 'The database that has it; absent: any that has such a column'),
  ),
  labels: list(
    labelSchema,
    'a list of labels such as `[pii.email]`',
    'Its labels, on top of the detected ones',
  ),
})

const blessedSchema = Schema.Struct({
  function: textLike(
    /^("([^"]|"")+"|[^."\s(]+)\.("([^"]|"")+"|[^."\s(]+)\(.*\)$/u,
    'a function as `schema.name(type, type)`, as `sluice functions list` prints it',
    'The function',
  ),
  definition: textLike(
    /^[0-9a-f]{64}$/,
    'the SHA-256 that `sluice functions show` prints',
    'Which definition of it was reviewed',
  ),
  effect: Schema.optionalKey(
    said(
      Schema.Literals(['reads', 'writes']),
      '`reads` or `writes`',
      'What calling it does; absent: what its body proves',
    ),
  ),
  result: said(
    Schema.Union([Schema.Literals(['none', 'arguments']), Schema.Array(labelSchema)]),
    '`none`, `arguments`, or a list of labels such as `[pii.email]`',
    'What its value shows: nothing with a label, what its arguments show, or values with these labels',
  ),
})

const telemetrySchema = Schema.Struct({
  endpoint: Schema.optionalKey(
    textLike(/^https?:\/\/[^\s]+$/, 'an address such as `http://127.0.0.1:4318`', 'An OTLP/HTTP collector'),
  ),
  headers: Schema.optionalKey(
    said(
      Schema.Record(Schema.String.check(Schema.isPattern(/^[A-Za-z0-9-]+$/)), secretSchema),
      'a map such as `{ authorization: { env: OTLP_AUTHORIZATION } }`',
      'What the collector wants to see with each request; each value is a secret',
    ),
  ),
  prometheus: Schema.optionalKey(
    address('Where Prometheus fetches `/metrics`, without a login; default: nowhere'),
  ),
  serviceName: Schema.optionalKey(text('a name', '`service.name` of what is exported (default `sluice`)')),
})

/** The configuration file, as people write it. */
export const configFileSchema = Schema.Struct({
  version: said(Schema.Literal(1), '`1`', 'Version of this format'),
  listeners: list(listenerSchema, 'a list of listeners, at least one', 'Sockets that clients connect to'),
  databases: list(databaseSchema, 'a list of databases, at least one', 'Databases that clients may ask for'),
  identity: list(
    identitySchema,
    'a list of identity providers, at least one',
    'Who can say who asks; tried in order',
  ),
  policy: Schema.optionalKey(path('./policy.yaml', 'Policy file; without it the baseline holds')),
  labels: Schema.optionalKey(
    said(Schema.Array(labelsSchema), 'a list of `{ column, labels }`', 'Labels on top of the detected ones'),
  ),
  functions: Schema.optionalKey(
    said(
      Schema.Array(blessedSchema),
      'a list of `{ function, definition, result }`',
      'Functions that somebody has reviewed',
    ),
  ),
  masking: Schema.optionalKey(
    said(
      Schema.Struct({ key: Schema.optionalKey(secretSchema) }),
      'a map with `key`',
      'The key of the transforms `hash` and `fpe`; needed when the policy uses one',
    ),
  ),
  journal: said(
    Schema.Struct({ path: path('./sluice-journal', 'Where the record is kept') }),
    'a map with `path`',
    'The record of everything that happens',
  ),
  store: Schema.optionalKey(
    said(
      Schema.Struct({ path: path('./sluice-labels', 'Where labels are kept, and where values came from') }),
      'a map with `path`',
      'What is known of columns, and budgets; default: beside the journal that this file names, with `-labels` behind its name',
    ),
  ),
  instances: Schema.optionalKey(
    said(
      Schema.Struct({ directory: path('./run', 'Where the gateways of this host find each other') }),
      'a map with `directory`',
      'Several gateways of one host behind one address: cancel requests find their session',
    ),
  ),
  telemetry: Schema.optionalKey(
    said(
      telemetrySchema,
      'a map such as `{ endpoint: http://127.0.0.1:4318 }`',
      'What is exported; without it nothing is',
    ),
  ),
  limits: Schema.optionalKey(said(limitsSchema, 'a map of limits', 'Bounds of the whole process')),
})

/** What `configFileSchema` decodes. */
export type ConfigFile = typeof configFileSchema.Type
