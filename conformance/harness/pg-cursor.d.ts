/** What the tests use of pg-cursor, which brings no types. */
declare module 'pg-cursor' {
  import type { Submittable } from 'pg'

  export default class Cursor implements Submittable {
    constructor(text: string, values?: readonly unknown[])
    submit: Submittable['submit']
    read(maxRows: number): Promise<Record<string, unknown>[]>
    close(): Promise<void>
  }
}
