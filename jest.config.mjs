export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/adapters/*', '<rootDir>/conformance'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['{packages,adapters}/*/src/**/*.ts'],
}
