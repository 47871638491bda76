/** One message of the client. Both buffers are views of what was received; they stay as they are. */
export type ClientFrame = { readonly type: number; readonly payload: Buffer; readonly raw: Buffer }
