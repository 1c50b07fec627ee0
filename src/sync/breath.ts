import { setImmediate } from "node:timers/promises";

/**
 * Lets the process hear what came in meanwhile, a Ctrl-C above all: a loop over the store alone never waits for anything
 * outside, and a signal would only be heard at its end.
 * @throws the signal's reason when it is aborted.
 */
export async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

/** The same pages, with a breath after each. */
export async function* breathing<Page>(pages: AsyncIterable<Page>, signal: AbortSignal): AsyncIterable<Page> {
  for await (const page of pages) {
    yield page;
    await breathe(signal);
  }
}
