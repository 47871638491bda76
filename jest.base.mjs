// transform {} lets jest 30.5 strip types itself: positions stay exact, no source maps needed.
const base = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@sluice/source', 'node', 'node-addons'] },
  transform: {},
  coverageProvider: 'v8',
}
export const packageConfig = (rootDir) => ({ ...base, rootDir, testMatch: ['<rootDir>/test/**/*.test.ts'] })
