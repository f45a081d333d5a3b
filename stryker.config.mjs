/** Mutation testing of what decides: `scripts/mutation`. What it found is in docs/testing.md. */
export default {
  mutate: ['src/message/**/*.ts', 'src/desk/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  // There is no such file: Stryker would rewrite the real one with an API that TypeScript 7 does not have.
  tsconfigFile: 'none.json',
  ignorePatterns: ['.cache', 'coverage', 'dist', 'docs', 'reports', 'test/chaos', 'test/integration', 'test/model'],
  coverageAnalysis: 'perTest',
  incremental: false,
  concurrency: 2,
  tempDirName: '.cache/mutation',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
};
