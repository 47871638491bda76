import { type MaskedRow, maskRows, type RowCodec } from '@sluice/core/mask/apply'
import type { MaskPlan } from '@sluice/core/mask/plan'
import { MOST_OUTPUT_BYTES } from '@sluice/wire/row-output'
import type { TextEncoding } from '@sluice/wire/text'
import { BinaryCopy } from './binary-copy.ts'
import { COPY_ROW_LIMIT_BYTES, CopyInput } from './copy-input.ts'
import { type CopyDescription, type CopySettings, copySettings } from './copy-settings.ts'
import { CsvSyntax } from './csv-syntax.ts'
import { LineCopy } from './line-copy.ts'
import { textSyntax } from './text-syntax.ts'

/** Masks one COPY OUT stream. */
export type CopyMasker = {
  /** Takes the data of a CopyData message, gives the data to send on: none or one piece. Rows may be cut anywhere. */
  push(data: Buffer): MaskedRow[]
  /** What was given is long enough to be taken before `more` is asked for. */
  readonly full: boolean
  /** What `push` or `more` left when it was full. */
  more(): MaskedRow[]
  /** The stream is whole. Throws ProtocolViolation where it is not. */
  end(): MaskedRow[]
}

/**
 * A masker for the stream of a COPY TO STDOUT. INVARIANT (no-unproven-column): throws ProtocolViolation where the
 * stream's layout is not known (`encoding` is the session's), a row does not have the plan's columns, or a row is longer than `rowLimitBytes`.
 */
export const copyMasker = (
  plan: MaskPlan,
  copy: CopyDescription | undefined,
  encoding: TextEncoding,
  rowLimitBytes: number = COPY_ROW_LIMIT_BYTES,
): CopyMasker => {
  const input = new CopyInput(rowLimitBytes)
  const codec = codecFor(plan, copySettings(copy, encoding), input)
  let full = false
  const more = (): MaskedRow[] => {
    const rows = maskRows(plan, codec)
    full = rows.length >= MOST_OUTPUT_BYTES
    input.release()
    return rows.length === 0 ? [] : [rows]
  }
  return {
    push: (data) => {
      input.add(data)
      return more()
    },
    get full() {
      return full
    },
    more,
    end: () => {
      codec.end()
      return []
    },
  }
}

const codecFor = (plan: MaskPlan, settings: CopySettings, input: CopyInput): RowCodec & { end(): void } => {
  if (settings.format === 'binary') return new BinaryCopy(input)
  const syntax = settings.format === 'csv' ? new CsvSyntax(settings, plan.cells.length) : textSyntax(settings)
  return new LineCopy(input, syntax, plan.cells.length, settings.header)
}
