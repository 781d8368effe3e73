export default {
  testSequencer: '<rootDir>/scripts/test-sequencer.mjs',
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-types.mjs' },
  // Tests that wait for processes and servers leave the cores idle: one worker for each core, none kept free.
  maxWorkers: '100%',
  testTimeout: 60_000,
}
