/** Why something failed, in a line. An error that stands for several, one for each address of a name, has but a code. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown reason'
  const { message, name, code } = error as NodeJS.ErrnoException
  return message || code || name
}
