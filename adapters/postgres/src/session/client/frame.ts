import type { Frame } from '../../framing/frame-piece.ts'

/**
 * One message of the client. It is the framer's own object: a handler that waits for something takes what it needs
 * before, or keeps a copy with `keep`. The memory it names stays as it is.
 */
export type ClientFrame = Pick<Frame, 'type' | 'payload' | 'raw' | 'bytes' | 'start' | 'end' | 'keep'>
