import type { Buffer } from 'node:buffer'
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, hkdfSync } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { detailOf, JournalError } from './errors.ts'

/** Where the journal's private signing key lies (PKCS #8 PEM, mode 0600). */
const privateKeyPath = (journal: string): string => `${journal}.key`

/** Where the journal's public key lies (SPKI PEM): the one thing a verifier needs, to be kept elsewhere too. */
const publicKeyPath = (journal: string): string => `${journal}.pub`

/**
 * Reads the journal's Ed25519 signing key, making it at the very first start. A journal that has entries but lost its
 * key is refused: a new key would make the old checkpoints look forged.
 */
export const loadSigningKey = (journal: string, mayCreate: boolean): KeyObject => {
  const path = privateKeyPath(journal)
  if (!existsSync(path)) {
    if (!mayCreate) {
      throw new JournalError({
        problem: 'unusable',
        message: `\`${path}\` is gone but \`${journal}\` has entries; restore the key, or move the journal aside and start a new one`,
      })
    }
    const pair = generateKeyPairSync('ed25519')
    writeWhole(path, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600)
  }
  const key = readOrSay(path, createPrivateKey, "restore the journal's own key")
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new JournalError({
      problem: 'unusable',
      message: `\`${path}\` is not an Ed25519 key; restore the journal's own key`,
    })
  }
  keepPublicKey(journal, createPublicKey(key))
  return key
}

/**
 * A secret of 32 bytes for another purpose than signing, which lasts as long as the journal's signing key. The journal must
 * have been opened. Throws what the file system or OpenSSL says.
 */
export const journalSecret = (journal: string, purpose: string): Uint8Array => {
  const key = createPrivateKey(readFileSync(privateKeyPath(journal))).export({ type: 'pkcs8', format: 'der' })
  return new Uint8Array(hkdfSync('sha256', key, '', `sluice ${purpose}`, 32))
}

/** The name appears only once the whole key is there, so a crash in between leaves no half key. */
const writeWhole = (path: string, key: string | Buffer, mode: number): void => {
  const unfinished = `${path}.new`
  rmSync(unfinished, { force: true })
  writeFileSync(unfinished, key, { mode, flag: 'wx', flush: true })
  renameSync(unfinished, path)
}

/** Writes the public key where there is none. One of another journal is not written over: it is what proves that one. */
const keepPublicKey = (journal: string, key: KeyObject): void => {
  const path = publicKeyPath(journal)
  // An empty one was never written: the power went at the first start.
  if (!existsSync(path) || statSync(path).size === 0) {
    writeWhole(path, key.export({ type: 'spki', format: 'pem' }), 0o644)
    return
  }
  const kept = readOrSay(path, createPublicKey, 'restore it, or take it away: it is written anew')
  if (kept.equals(key)) return
  throw new JournalError({
    problem: 'unusable',
    message: `\`${path}\` is not the public half of \`${privateKeyPath(journal)}\`; move it aside with the journal that it proves, or restore that journal's key`,
  })
}

/** What people compare a public key (SPKI PEM) by: `SHA256:` and the hash of its DER in base64. Throws what OpenSSL says. */
export const keyFingerprint = (pem: string): string =>
  `SHA256:${hash('sha256', createPublicKey(pem).export({ type: 'spki', format: 'der' }), 'base64')}`

/** A key of a PEM file. Where there is none to be had, `JournalError` names the file and says what to do. */
const readOrSay = (path: string, read: (pem: Buffer) => KeyObject, todo: string): KeyObject => {
  try {
    return read(readFileSync(path))
  } catch (cause) {
    throw new JournalError({
      problem: 'unusable',
      message: `\`${path}\` holds no key that can be read (${detailOf(cause)}); ${todo}`,
    })
  }
}
