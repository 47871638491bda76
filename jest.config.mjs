export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/adapters/*', '<rootDir>/conformance'],
  globalSetup: '<rootDir>/scripts/node-version.mjs',
  // Tests start real servers: more workers than this only make each other late.
  maxWorkers: 2,
  testTimeout: 60_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['{packages,adapters}/*/src/**/*.ts'],
}
