import * as Flag from 'effect/cli/Flag'

/** Which configuration file. */
export const configFlag = Flag.String('config').pipe(
  Flag.withAlias('c'),
  Flag.withDescription('The configuration file'),
  Flag.withDefault('sluice.yaml'),
)
