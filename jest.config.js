export default {
  testEnvironment: "<rootDir>/test/loopback-only.js",
  // Both cores: the suites wait for sockets and child processes as much as they compute.
  maxWorkers: "100%",
  // What a file has loaded stays in its worker: at some gigabytes all time goes into collecting garbage, and then it dies.
  workerIdleMemoryLimit: "800MB",
  // A guard against tests that hang, not a measure: on a busy machine a test of 64 MB may well take ten seconds.
  testTimeout: 60_000,
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  setupFilesAfterEnv: ["<rootDir>/test/setup.ts"],
  transform: { "\\.ts$": "<rootDir>/test/strip-types.js" },
  coverageProvider: "v8",
  collectCoverageFrom: ["src/**/*.ts"],
};
