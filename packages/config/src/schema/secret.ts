import * as Schema from 'effect/Schema'
import { list, path, said, text, textLike } from './words.ts'

/** Where a secret is. The secret itself never stands in the configuration file. */
export const secretSchema = said(
  Schema.Union([
    Schema.Struct({
      env: textLike(
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        'the name of an environment variable',
        'Environment variable that holds it',
      ),
    }),
    Schema.Struct({ file: path('./secret', 'File that holds it; read again when needed') }),
    Schema.Struct({
      command: list(
        text('a text', 'The program or one argument'),
        'a program and its arguments, e.g. `[cat, /run/secret]`',
        'Program that prints it; run without a shell, again when needed',
      ),
    }),
  ]),
  '`{ env: NAME }`, `{ file: ./secret }` or `{ command: [program, argument] }`; the secret itself does not stand in this file',
  'Where the secret is',
)
