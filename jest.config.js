export default {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/test/strip-types.js" },
  setupFilesAfterEnv: ["<rootDir>/test/setup.ts"],
  coverageProvider: "v8",
  collectCoverageFrom: ["src/**/*.ts"],
};
