import type { Blessing } from '@sluice/core/catalog/blessing'
import type { Policy } from '@sluice/core/policy/policy'
import type { Effect } from 'effect/Effect'
import type { Redacted } from 'effect/Redacted'
import type { CertificatePrincipal, StaticPrincipal } from './principals.ts'
import type { SecretUnreadable } from './secret.ts'

/** The configuration, read and checked: every path is absolute, every file it names has been read. */
export type Config = {
  /** The file it was read from, absolute. */
  readonly file: string
  readonly listeners: readonly Listener[]
  readonly databases: readonly Database[]
  readonly identity: readonly Identity[]
  readonly policy: PolicySource
  /** Labels on top of the detected ones. */
  readonly labels: readonly ColumnLabels[]
  /** What reviewers say of functions. */
  readonly functions: readonly Blessing[]
  readonly masking: {
    /** Key of the transform `hash`; there whenever the policy uses it. */
    readonly key?: Secret
  }
  readonly journal: { readonly path: string }
  /** The file of labels and of where values came from. */
  readonly store: { readonly path: string }
  /** Where the gateways of this host find each other; absent: this one has no neighbours. */
  readonly instances?: { readonly directory: string }
  /** Absent: nothing is exported. */
  readonly telemetry?: Telemetry
  readonly limits: Limits
}

/** Systems that databases may be of. */
export type DatabaseSystem = 'postgresql' | 'mysql' | 'mariadb'

/** What clients may speak. */
export type Protocol = 'postgresql' | 'mysql'

/** A socket that clients connect to. */
export type Listener = {
  readonly protocol: Protocol
  /** Without the brackets of an IPv6 address. An absolute path: a folder for the Unix socket that `socketPath` names. */
  readonly host: string
  /** 0: the system chooses one. */
  readonly port: number
  /** Mode of the Unix socket; there where `host` is a folder. */
  readonly socketMode?: number
  /** Name of an entry of `databases`. */
  readonly database: string
  /** Absent: no TLS, and `host` is a loopback address or a folder. */
  readonly tls?: ListenerTls
}

/** The certificate that clients see. */
export type ListenerTls = {
  /** PEM: the server's certificate, then those that signed it. */
  readonly certificate: string
  /** PEM. */
  readonly key: Redacted
  /** True: a client that does not ask for TLS is turned away. */
  readonly required: boolean
  /** Absent: clients are not asked for certificates. */
  readonly clients?: ClientCertificates
}

/** Which certificates clients may show. */
export type ClientCertificates = {
  /** PEM of the authorities that sign them. */
  readonly ca: string
  /** PEM of the authorities' revocation lists, each by itself; absent: none is looked at. */
  readonly revoked?: readonly string[]
  /** True: a client without a good certificate is turned away. */
  readonly required: boolean
}

/** A database that clients may ask for. */
export type Database = {
  /** What clients ask for. */
  readonly name: string
  /** Under whose name its labels are kept: that of the first entry for the same database of the same server. */
  readonly labelsOf: string
  readonly system: DatabaseSystem
  /** What policies call it, e.g. `production`. */
  readonly environment: string
  readonly upstream: Upstream
  readonly catalogRefreshSeconds: number
  /** What the record of a pure read must have reached before its result leaves. */
  readonly readsWaitFor: 'disk' | 'file'
  /** The most rows of each table that are looked at when the gateway starts; 0: none. */
  readonly sampleRows: number
  /** Logged in ahead of clients; absent: none. */
  readonly pool?: { readonly ready: number; readonly maxAgeSeconds: number }
}

/** Where the database is, and the gateway's own login there. */
type Upstream = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: Secret
  readonly tls: 'disable' | 'require' | 'verify-full'
  /** PEM of the authorities to trust; absent: the system's. */
  readonly ca?: string
  /** PEM of the gateway's own certificate and its key, where the database asks for one. */
  readonly identity?: { readonly certificate: string; readonly key: Redacted }
  /** `require`: only a login by SCRAM that is bound to the database's certificate will do. */
  readonly channelBinding: 'prefer' | 'require'
}

/** Who can say who asks. */
export type Identity = StaticIdentity | JwtIdentity | CertificateIdentity

/** Workloads and people by their client certificates. */
export type CertificateIdentity = {
  readonly type: 'certificate'
  readonly name: string
  readonly principals: readonly CertificatePrincipal[]
  /** Whoever has a SPIFFE id of this domain, and no entry of its own; absent: nobody. */
  readonly trustDomain?: TrustDomain
}

/** What SPIFFE ids of one trust domain stand for. */
type TrustDomain = {
  readonly name: string
  readonly kind: 'human' | 'workload' | 'agent'
  readonly groups: readonly string[]
}

/** People, workloads and agents from a file. */
type StaticIdentity = {
  readonly type: 'static'
  readonly name: string
  readonly principals: readonly StaticPrincipal[]
  readonly file: string
}

/** Whoever holds a token of an issuer. */
export type JwtIdentity = {
  readonly type: 'jwt'
  readonly name: string
  readonly issuer: string
  readonly audience: readonly string[]
  /** The issuer's public keys: an address, or what stood in the file (an RFC 7517 set). */
  readonly jwks: { readonly url: string } | { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  /** Absent: every public-key algorithm the provider knows. */
  readonly algorithms?: readonly string[]
  /** Which claim says what; absent names keep the provider's defaults. */
  readonly claims: JwtClaims
  readonly clockToleranceSeconds: number
  /** How clients that speak OAUTHBEARER get a token. */
  readonly oauth: {
    /** Logins that are asked that way; `*` is every login that has no password here. */
    readonly logins: readonly string[]
    readonly scope: string
  }
}

/** Which claim of a token says what. */
type JwtClaims = {
  readonly id?: string
  readonly groups?: string
  readonly kind?: string
  readonly defaultKind?: 'human' | 'workload' | 'agent'
  readonly agentName?: string
  readonly agentModel?: string
  readonly agentRunId?: string
}

/** The policy in force at start, and where to read it again. */
export type PolicySource = {
  readonly policy: Policy
  /** Absent: the baseline that ships with the product. */
  readonly file?: string
}

/** Labels that people gave a column. */
export type ColumnLabels = {
  /** Absent: every database that has such a column. */
  readonly database?: string
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly labels: readonly string[]
}

/** What is exported, and where to. */
export type Telemetry = {
  /** Base address of an OTLP/HTTP collector; absent: no traces and metrics are pushed. */
  readonly endpoint?: string
  /** What goes with each request to the collector, by the names of HTTP's headers; absent: nothing. */
  readonly headers?: Readonly<Record<string, Secret>>
  /** Where Prometheus fetches metrics; absent: nowhere. */
  readonly prometheus?: { readonly host: string; readonly port: number }
  readonly serviceName: string
}

/** Bounds of the whole process. The unit is in each name. */
export type Limits = {
  /** Sessions at once, at each listener; one more is turned away. */
  readonly maxSessions: number
  /** Longest protocol message taken from either side. */
  readonly maxFrameBytes: number
  /** From the first byte to a proven principal. */
  readonly authenticationTimeoutMs: number
  /** A statement whose reading takes longer is not understood, and so refused unless a rule allows that. */
  readonly statementParseMs: number
}

/** A password or key that lives outside the configuration file. Prints as `<redacted>`. */
export type Secret = {
  /** Where it comes from, safe to print: `env SHOP_PASSWORD`. */
  readonly origin: string
  /** As it was when the configuration was loaded. */
  readonly loaded: Redacted
  /** As it is now: a file is read and a command is run again, the environment is not. */
  secret(): Effect<Redacted, SecretUnreadable>
}
