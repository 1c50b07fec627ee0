export default {
  testEnvironment: "node",
  // Both cores: the suites wait for sockets and child processes as much as they compute.
  maxWorkers: "100%",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/test/strip-types.js" },
  setupFilesAfterEnv: ["<rootDir>/test/setup.ts"],
  coverageProvider: "v8",
  collectCoverageFrom: ["src/**/*.ts"],
};
