// The `conformance` command: `npx -y pnpm@12.21.0 conformance [--require-tools] [--keep FOLDER] [suite ...]`.
import { ensureTools } from './install-tools.mjs'

const { conformanceTools } = await import('../packages/testkit/src/system-tools.ts')

const missing = ensureTools(conformanceTools)
if (missing.length > 0 && process.argv.includes('--require-tools')) process.exit(1)
await import('../conformance/transparency/main.ts')
