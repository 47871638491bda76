/** Run as a thread of little memory: reads a journal in every way that readers have, and tells how much it found. */
import { parentPort, workerData } from 'node:worker_threads'
import { Cursor } from '@sluice/audit/export/cursor'
import { Feed } from '@sluice/audit/export/feed'
import { JournalReader } from '@sluice/audit/read'
import { tailJournal } from '@sluice/audit/tail'

const { path, way } = workerData as { readonly path: string; readonly way: 'export' | 'lines' | 'jsonl' }

const exported = (): number => {
  const feed = new Feed(new JournalReader(path, undefined, false), new Cursor(path))
  let records = 0
  for (let batch = feed.next(); batch !== undefined; batch = feed.next()) {
    records += batch.records.length
    batch.accepted()
  }
  return records
}

const told = async (): Promise<number> => {
  let lines = 0
  for await (const _ of tailJournal(path, { jsonl: way === 'jsonl' })) lines += 1
  return lines
}

parentPort?.postMessage(way === 'export' ? exported() : await told())
