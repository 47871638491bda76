import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from '@jest/globals'
import { type LabelFile, openLabelFile } from '../src/label-file.ts'

/** A label file for each test of the file that calls this: opened as often as processes share it, and gone behind it. */
export const labelFiles = (): { readonly opened: LabelFile[]; open(): LabelFile } => {
  const opened: LabelFile[] = []
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-labels-'))
  })
  afterEach(() => {
    for (const file of opened.splice(0)) file.close()
    rmSync(folder, { recursive: true })
  })
  return {
    opened,
    open: () => {
      const file = openLabelFile(join(folder, 'labels'))
      opened.push(file)
      return file
    },
  }
}
