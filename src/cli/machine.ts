import type { Machine } from "./terminal.ts";

/** A machine that can be told to stop. */
export interface CommandMachine extends Machine {
  /** 128 + n once signal n asked the command to stop. */
  readonly signalExitCode: () => number | undefined;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

const SIGPIPE = 13;

/** The real machine. The first signal asks the command to stop at the next safe point; a second one ends it at once. */
export function realMachine(): CommandMachine {
  const controller = new AbortController();
  let received: string | undefined;
  for (const signal of Object.keys(SIGNAL_NUMBERS)) {
    process.on(signal, () => {
      if (received !== undefined) process.exit(128 + (SIGNAL_NUMBERS[signal] ?? 0));
      received = signal;
      controller.abort(new DOMException(`Stopped by ${signal}.`, "AbortError"));
    });
  }
  // A reader that has seen enough (`hub handoffs | head`) ends the command as SIGPIPE would, without a stack trace.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(128 + SIGPIPE);
    throw error;
  });
  return {
    terminal: {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      live: process.stderr.isTTY,
      columns: process.stderr.columns ?? 120,
    },
    environment: process.env,
    directory: process.cwd(),
    wallNow: () => Date.now(),
    sleep,
    signal: controller.signal,
    signalExitCode: () => (received === undefined ? undefined : 128 + (SIGNAL_NUMBERS[received] ?? 0)),
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, refuse) => {
    const stop = (): void => {
      clearTimeout(timer);
      refuse(signal.reason instanceof Error ? signal.reason : new DOMException("Stopped.", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      done();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
