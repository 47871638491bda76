import * as Schema from 'effect/Schema'
import { list, name, oneOf, path, said, text, textLike, whole } from './words.ts'

const staticSchema = Schema.Struct({
  name: name('What policies and the record call the provider'),
  type: Schema.Literal('static'),
  file: path('./principals.yaml', 'Principals file: people, workloads and agents with their verifiers'),
})

/** Signatures that a public key checks; a shared secret is not among them. */
const algorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
] as const

const claim = (description: string) =>
  Schema.optionalKey(
    text('the name of a claim, or a JSON pointer such as `/realm_access/roles`', description),
  )

const jwtSchema = Schema.Struct({
  name: name('What policies and the record call the provider'),
  type: Schema.Literal('jwt'),
  issuer: text("the issuer, as it stands in its tokens' `iss`", 'The `iss` claim, character for character'),
  audience: said(
    Schema.Union([Schema.NonEmptyString, Schema.NonEmptyArray(Schema.NonEmptyString)]),
    'an audience or a list of them',
    'The `aud` claim must hold one of these',
  ),
  jwks: text("the issuer's `jwks_uri`, or a path such as `./jwks.json`", "The issuer's public keys"),
  algorithms: Schema.optionalKey(
    list(
      oneOf(algorithms, 'A signature algorithm'),
      'a list of public-key algorithms such as `[RS256, ES256]`',
      'Algorithms to accept (default: every public-key algorithm)',
    ),
  ),
  claims: Schema.optionalKey(
    said(
      Schema.Struct({
        id: claim("The principal's id (default `sub`)"),
        groups: claim('A list of groups (default `groups`)'),
        kind: claim('`human`, `workload` or `agent` (default `principal_kind`)'),
        defaultKind: Schema.optionalKey(
          oneOf(['human', 'workload', 'agent'], 'The kind where the token says none (default `human`)'),
        ),
        agentName: claim('Name of the agent (default `agent_name`)'),
        agentModel: claim('Model of the agent (default `agent_model`)'),
        agentRunId: claim('Run of the agent (default `agent_run_id`)'),
      }),
      'a map such as `{ id: sub, groups: groups }`',
      'Which claim says what',
    ),
  ),
  clockToleranceSeconds: Schema.optionalKey(
    whole(0, 300, "How far the issuer's clock may be off (default 0)"),
  ),
  oauth: Schema.optionalKey(
    said(
      Schema.Struct({
        logins: Schema.optionalKey(
          list(
            text('a login name or `*`', 'A login name; `*` is every login without a password here'),
            'a list of login names such as `[oauth]`',
            'Logins asked for their token by OAUTHBEARER (default `[oauth]`); others give it as the password',
          ),
        ),
        scope: Schema.optionalKey(
          textLike(
            /^[!#-[\]-~]+( [!#-[\]-~]+)*$/,
            'scopes with spaces between them, e.g. `openid sluice`',
            'What clients are told to ask the issuer for (default `openid`)',
          ),
        ),
      }),
      'a map such as `{ logins: [oauth], scope: openid }`',
      'Clients that fetch their token themselves, such as psql 18',
    ),
  ),
})

const certificateSchema = Schema.Struct({
  name: name('What policies and the record call the provider'),
  type: Schema.Literal('certificate'),
  file: Schema.optionalKey(
    path('./workloads.yaml', 'Principals file: who stands behind which client certificate'),
  ),
  trustDomain: Schema.optionalKey(
    said(
      Schema.Struct({
        name: textLike(
          /^[a-z0-9._-]{1,255}$/,
          'a trust domain such as `acme.example`',
          'The trust domain of the SPIFFE ids',
        ),
        kind: Schema.optionalKey(oneOf(['human', 'workload', 'agent'], 'What they are (default `workload`)')),
        groups: Schema.optionalKey(
          said(Schema.Array(Schema.NonEmptyString), 'a list of groups', 'Their groups (default none)'),
        ),
      }),
      'a map such as `{ name: acme.example, groups: [mesh] }`',
      'Everyone with a SPIFFE id of this domain and no entry in `file`: the id is the principal',
    ),
  ),
})

/** Who can say who asks. */
export const identitySchema = said(
  Schema.Union([staticSchema, jwtSchema, certificateSchema]),
  'a provider with `type: static`, `type: jwt` or `type: certificate`',
  'Who can say who asks; tried in order',
)

/** A label such as `pii.email`. */
export const labelSchema = textLike(
  /^[a-z0-9-]+(\.[a-z0-9-]+)*$/,
  'a label such as `pii.email`',
  'Lower-case words with dots between them, from general to special',
)
