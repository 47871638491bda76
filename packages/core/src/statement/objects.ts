/** Objects of definitions whose names live beside the tables' in one namespace. */
export const RELATIONS: ReadonlySet<string> = new Set(['table', 'view', 'materialized view', 'foreign table'])

/** Objects of definitions that are called: they are told apart by name alone. */
export const ROUTINES: ReadonlySet<string> = new Set(['function', 'procedure', 'routine', 'aggregate'])
