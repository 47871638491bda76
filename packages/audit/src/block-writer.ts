import { Buffer } from 'node:buffer'
import { closeSync, fdatasyncSync, openSync } from 'node:fs'
import type { Reach } from '@sluice/gateway/ports/audit-sink'
import { Alarm } from './alarm.ts'
import type { Batch } from './batch.ts'
import { CHAPTER_BYTES, seal } from './block.ts'
import { writeAll } from './journal-file.ts'
import { type JournalLimits, MAX_UNTOLD_BYTES, signFrom } from './limits.ts'
import { EndOfChain, type FromWorker, type JournalWorkerData, orders, places, words } from './orders.ts'
import type { JournalTransport } from './transport.ts'

/** A disk that took longer than this the last time, in milliseconds, is not waited for in the gateway's thread. */
const QUICK_MS = 0.5

/** Where the disk may not lag, the worker hears this often in a signing interval of what the gateway's thread brought there. */
const TOLD_PER_CHECKPOINT = 10

type Ready = Extract<FromWorker, { type: 'ready' }>

/**
 * Chains blocks and, where the disk may lag, writes them into the journal's file, in the gateway's thread: handing a block
 * to another thread and hearing of it costs several times what the write does, which ends in the system's memory. Where
 * every block waits for the disk, the worker that has to be woken for that writes it, too: the system may hold up who
 * writes to a file while it brings others to the disk.
 *
 * As long as the disk is quick, blocks are brought to disk here as well: to wake the worker and be woken by it takes longer
 * than the disk, and of the time of both threads more.
 *
 * INVARIANT (one-chain): it is the only one that makes the chain, and the journal's lock is held while it is open.
 */
export class BlockWriter implements JournalTransport {
  readonly buffers: readonly Buffer[]
  readonly #handle: number
  readonly #limits: JournalLimits
  readonly #control: Int32Array
  readonly #reached: BigInt64Array
  readonly #told: EndOfChain
  readonly #fail: (cause: unknown) => void
  readonly #bringToDisk: (handle: number) => void
  readonly #now: () => number
  /** What need not be on disk at once is brought there, and signed, no later than this. */
  readonly #lag: Alarm
  /** The end of what is in the file. */
  #position: number
  #offset: number
  #hash: Uint8Array
  /** The end of what is on disk, and of the room, as far as was seen. */
  #disk: number
  #room: number
  /** The last position that a checkpoint covers, as far as was seen. */
  #signed: number
  /** Written since the worker was last told how far. */
  #untoldBytes = 0
  /** Waits for room, or for the disk at the end of a chapter. */
  #pending: Batch | undefined
  /** The worker has an order that it was not seen to have carried out. */
  #isOrdered = false
  /** What was written must be on disk as soon as the worker is free. */
  #mustSync = false
  #closing = false
  #failed = false
  #tookMs = 0
  /** How long the disk took last. */
  #diskMs = Number.POSITIVE_INFINITY

  /** `ready`: where the chain ends. `fail`: called once, when nothing more can be written. `now`: in milliseconds. */
  constructor(
    data: JournalWorkerData,
    ready: Ready,
    fail: (cause: unknown) => void,
    bringToDisk: (handle: number) => void = fdatasyncSync,
    now: () => number = () => performance.now(),
  ) {
    this.buffers = data.buffers.map((buffer) => Buffer.from(buffer))
    this.#handle = openSync(data.path, 'r+')
    this.#limits = data.limits
    this.#control = new Int32Array(data.control)
    this.#reached = new BigInt64Array(data.reached)
    this.#told = new EndOfChain(data.end)
    this.#fail = fail
    this.#bringToDisk = bringToDisk
    this.#now = now
    this.#position = this.#disk = ready.position
    this.#offset = this.#room = ready.offset
    this.#signed = this.#look('signed')
    this.#hash = ready.hash
    this.#lag = new Alarm(lagMs(data.limits), () => this.#demandSync())
  }

  write(batch: Batch): void {
    this.#pending = batch
    this.#advance()
  }

  reached(reach: Reach): number {
    this.#advance()
    return reach === 'file' ? this.#position : this.#disk
  }

  isFree(): boolean {
    if (this.#pending !== undefined) return false
    return this.#mayLag || !(this.#isOrdered || this.#mustSync)
  }

  tookMs(): number {
    return this.#tookMs
  }

  isQuick(): boolean {
    return !this.#isOrdered && this.#diskMs < QUICK_MS
  }

  wake(): void {
    Atomics.store(this.#control, words.wake, 1)
  }

  /** The worker has come further, as it was asked to tell. */
  told(): void {
    this.#advance()
  }

  /** The worker can do no more: what waits for it would ask again and again. */
  abandon(): void {
    this.#failed = true
    this.#pending = undefined
    this.#lag.stop()
  }

  /** Has the worker bring everything to disk, sign it and end. */
  close(): void {
    this.#closing = true
    this.#lag.stop()
    this.#advance()
  }

  /** To be called when the worker has ended. */
  release(): void {
    this.#failed = true
    this.#lag.stop()
    closeSync(this.#handle)
  }

  /** Goes on with what was waited for. */
  #advance(): void {
    if (this.#isOrdered && Atomics.load(this.#control, words.order) === orders.none) this.#carriedOut()
    if (this.#pending !== undefined && !this.#failed) this.#writeWhereThereIsRoom(this.#pending)
    // A block that still waits does so for the worker.
    if (!this.#mustSync && !this.#closing && this.#pending === undefined) return
    if (this.#isOrdered) this.#listen()
    else this.#order(this.#closing ? orders.close : orders.sync)
  }

  #carriedOut(): void {
    this.#isOrdered = false
    const disk = this.#look('disk')
    // What the worker wrote is in the file when it is on disk.
    if (!this.#mayLag) this.#position = disk
    const tookMs = (this.#control[words.tookUs] as number) / 1000
    // To sync what is on disk already says nothing of the disk.
    if (disk > this.#disk) this.#diskMs = tookMs
    this.#disk = disk
    this.#tookMs += tookMs
  }

  #writeWhereThereIsRoom(batch: Batch): void {
    const offset = offsetOf(batch)
    const end = offset + batch.length
    if (end > this.#limits.maxJournalBytes) {
      const most = this.#limits.maxJournalBytes
      this.#broken(new Error(`it would exceed \`maxJournalBytes\` (${most}); begin another journal`))
      return
    }
    if (end > this.#room) this.#room = this.#look('room')
    // What a lost machine can leave torn lies within one chapter.
    const isEarly = offset % CHAPTER_BYTES === 0 && this.#disk < this.#position
    const isBusy = !this.#mayLag && this.#isOrdered
    if (isBusy || end > this.#room || isEarly || this.#isUnsignedBy(this.#limits.checkpointEveryEntries))
      return
    this.#pending = undefined
    const isSynced = batch.reach === 'disk' && this.isQuick()
    if (this.#mayLag || isSynced) this.#writeNow(batch, offset, isSynced)
    else this.#handOver(batch, end)
  }

  get #mayLag(): boolean {
    return this.#limits.syncWithinMs > 0
  }

  /** INVARIANT (record-before-effect): the block is not in the file before the worker has said that it is on disk. */
  #handOver(batch: Batch, end: number): void {
    this.#tookMs = 0
    this.#hash = seal(batch.writer.bytes.subarray(0, batch.length), this.#hash)
    this.#offset = end
    this.#isTold()
    this.#told.set(batch.last, end, 0, this.#hash)
    this.#told.setBlock(batch.buffer, batch.length)
    this.#give(orders.sync)
  }

  #writeNow(batch: Batch, offset: number, isSynced: boolean): void {
    const started = this.#now()
    const block = batch.writer.bytes.subarray(0, batch.length)
    try {
      const hash = seal(block, this.#hash)
      writeAll(this.#handle, block, offset)
      if (isSynced) this.#sync(batch.last)
      this.#hash = hash
    } catch (cause) {
      this.#broken(cause)
      return
    }
    this.#offset = offset + block.length
    this.#position = batch.last
    this.#untoldBytes += block.length
    this.#tookMs = this.#now() - started
    if ((batch.reach === 'disk' && !isSynced) || this.#lagsEnough()) this.#mustSync = true
    else this.#lag.set()
  }

  /** INVARIANT (record-before-effect): nothing is said to be on disk before the system said so. */
  #sync(position: number): void {
    const started = this.#now()
    this.#bringToDisk(this.#handle)
    this.#diskMs = this.#now() - started
    this.#disk = position
    Atomics.store(this.#reached, places.disk, BigInt(position))
  }

  #lagsEnough(): boolean {
    if (this.#untoldBytes >= MAX_UNTOLD_BYTES) return true
    return this.#isUnsignedBy(signFrom(this.#limits))
  }

  #isUnsignedBy(entries: number): boolean {
    if (this.#position - this.#signed >= entries) this.#signed = this.#look('signed')
    return this.#position - this.#signed >= entries
  }

  #look(place: keyof typeof places): number {
    return Number(Atomics.load(this.#reached, places[place]))
  }

  #demandSync(): void {
    if (this.#failed || this.#untoldBytes === 0) return
    this.#mustSync = true
    this.#advance()
  }

  #order(order: number): void {
    const pending = this.#pending
    const wanted = pending === undefined ? 0 : offsetOf(pending) + pending.length
    this.#told.set(this.#position, this.#offset, wanted, this.#hash)
    this.#isTold()
    this.#closing = false
    if (pending !== undefined) this.wake()
    this.#give(order)
  }

  #isTold(): void {
    this.#mustSync = false
    this.#untoldBytes = 0
    this.#lag.cancel()
  }

  #give(order: number): void {
    this.#isOrdered = true
    Atomics.store(this.#control, words.order, order)
    Atomics.notify(this.#control, words.order)
  }

  /** Has the worker tell when it has carried out its order. What it did meanwhile is seen at once. */
  #listen(): void {
    this.wake()
    if (Atomics.load(this.#control, words.order) === orders.none) this.#advance()
  }

  #broken(cause: unknown): void {
    this.#failed = true
    this.#pending = undefined
    this.#fail(cause)
  }
}

/** How long the worker may not know of what was written. */
function lagMs({ syncWithinMs, checkpointEveryMs }: JournalLimits): number {
  return Math.min(syncWithinMs || checkpointEveryMs / TOLD_PER_CHECKPOINT, checkpointEveryMs)
}

/** Where a block goes in the file. */
function offsetOf({ place }: Batch): number {
  return place.chapter * CHAPTER_BYTES + place.offset
}
