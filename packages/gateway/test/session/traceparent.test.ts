import { expect, test } from '@jest/globals'
import { traceparentIn } from '@sluice/gateway/session/traceparent'

const context = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test.each([
  [`select 1 /*traceparent='${context}'*/`, context],
  [`/*app='shop',traceparent='${context}',x='y'*/ select 1`, context],
  ['select 1', undefined],
  ["select 1 /*traceparent='00-short-01'*/", undefined],
  [`select 1 /*traceparent='${context.toUpperCase()}'*/`, undefined],
])('%s', (text, found) => expect(traceparentIn(text)).toBe(found))
