import { beforeEach, expect } from "@jest/globals";

// A test that never comes to an expectation proves nothing: a loop over nothing, a callback nobody called.
beforeEach(() => {
  expect.hasAssertions();
});
