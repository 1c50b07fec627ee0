import { afterAll, afterEach, beforeAll } from "@jest/globals";
import nock from "nock";

// Nothing leaves this machine: the sandbox and test doubles listen on loopback, all else is refused.
beforeAll(() => {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  nock.enableNetConnect(/^(127\.0\.0\.1|localhost)(:\d+)?$/u);
});

afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`Unused HTTP fixtures: ${unused.join(", ")}`);
});

// Core `http` is shared between the files of one worker; an active nock of an earlier file would answer 501.
afterAll(() => {
  nock.restore();
});
