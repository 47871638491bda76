import { resolve } from 'node:path'
import type { Problem } from '@sluice/core/policy/problem'
import type { YamlNode, YamlSource } from '@sluice/core/policy/yaml-source'
import type { Environment } from '../environment.ts'

/** What every part of the configuration is resolved with. Collects what is wrong, so that all of it is told at once. */
export class Resolving {
  readonly env: Environment
  /** Of the configuration file; relative paths start here. */
  readonly directory: string
  readonly problems: Problem[] = []
  private readonly source: YamlSource
  private readonly origins: ReadonlyMap<string, string>
  private readonly nodes = new Map<string, YamlNode>()

  constructor(source: YamlSource, directory: string, env: Environment, origins: ReadonlyMap<string, string>) {
    this.env = env
    this.directory = directory
    this.source = source
    this.origins = origins
    this.index(source.root)
  }

  /** Notes a problem with the value at `path`, e.g. `listeners[0].address`. */
  wrong(path: string, message: string): undefined {
    this.problems.push(this.problemAt(path, message))
    return undefined
  }

  absolute(path: string): string {
    return resolve(this.directory, path)
  }

  /** What the file itself has at a path, whatever the environment puts in its place. */
  written(path: string): unknown {
    return this.nodes.get(path)?.value
  }

  /** At the value itself; where there is none, at the map it is missing from; or at the variable that set it. */
  problemAt(path: string, message: string): Problem {
    const variable = this.origins.get(path)
    if (variable !== undefined)
      return { file: `environment variable ${variable}`, line: 1, column: 1, path, message }
    for (let at = path; ; at = parent(at)) {
      const node = this.nodes.get(at)
      if (node !== undefined) return { ...this.source.problem(node, message), path }
      if (at === '') return { ...this.source.problem(undefined, message), path }
    }
  }

  /** An unknown key is shown where the key stands, not its value. */
  problemAtKey(path: string, message: string): Problem {
    const key = this.nodes.get(parent(path))?.entries.find((entry) => entry.key.path === path)?.key
    return key === undefined ? this.problemAt(path, message) : { ...this.source.problem(key, message), path }
  }

  private index(node: YamlNode): void {
    this.nodes.set(node.path, node)
    for (const entry of node.entries) this.index(entry.node)
    for (const item of node.items) this.index(item)
  }
}

const parent = (path: string): string => path.slice(0, Math.max(0, path.search(/(\.[^.[\]]*|\[\d+\])$/)))

/** `host:port` or `[host]:port`; undefined where the port is none. */
export const splitAddress = (
  address: string,
): { readonly host: string; readonly port: number } | undefined => {
  const colon = address.lastIndexOf(':')
  const port = Number(address.slice(colon + 1))
  if (port > 65_535) return undefined
  return { host: address.slice(0, colon).replaceAll(/[[\]]/g, ''), port }
}

/** True for http to another machine: whoever is on the way can read what is sent, and change it. */
export const isInTheClear = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !isLoopback(hostname.replaceAll(/[[\]]/g, ''))

/** True where no one outside this machine can connect. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
