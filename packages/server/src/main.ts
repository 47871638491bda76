#!/usr/bin/env node
// oxlint-disable-next-line import/no-unassigned-import -- it must run before anything else is loaded
import './runtime-guard.ts'

// To load the rest takes seconds on a busy machine, and the signal would end the process meanwhile. What it asks for is
// done by the start: nothing has been read yet.
if (process.argv[2] === 'up') process.on('SIGHUP', () => undefined)

await import('./sluice.ts')
