import * as Flag from 'effect/cli/Flag'

/** Which configuration file. */
export const configFlag = Flag.String('config').pipe(
  Flag.withAlias('c'),
  Flag.withDescription('The configuration file'),
  Flag.withDefault('sluice.yaml'),
)

/** Which database of the configuration. */
export const databaseFlag = Flag.String('database').pipe(
  Flag.withDescription('An entry of `databases`; needed where there are several'),
  Flag.withDefault(''),
)
