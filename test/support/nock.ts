import { afterAll, afterEach, beforeAll } from "@jest/globals";
import nock from "nock";

// For the tests of the file that imports this: an answer in a host's place, which somebody must have asked for.
beforeAll(() => {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  nock.enableNetConnect(/^(127\.0\.0\.1|localhost)(:\d+)?$/u);
});

afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`Answers that nobody asked for: ${unused.join(", ")}`);
});

// Core `http` is shared between the files of one worker; an active nock of an earlier file would answer 501.
afterAll(() => {
  nock.restore();
});

export { nock };
