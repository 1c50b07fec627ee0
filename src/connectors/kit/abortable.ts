import type { Timer } from "./surroundings.ts";

/** What the signal was aborted with. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason;
}

/**
 * The outcome of something that may not know how to stop: on abort it is left alone, and what becomes of it is dropped.
 * @throws the signal's reason as soon as it is aborted.
 */
export async function abortable<T>(start: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, refuse) => {
    stop = () => refuse(reasonOf(signal));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([start(), aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

/** A signal for one call: aborted with the caller's, or when the call has taken too long. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly passed: () => boolean;
  /** Lets go of the caller's signal and of the timer. */
  clear(): void;
}

/**
 * Does what `AbortSignal.any` with `AbortSignal.timeout` would, without leaving a trace of every call on a signal that
 * lives as long as the run.
 */
export function deadlineFor(signal: AbortSignal, timeoutMs: number, timer: Timer = machineTimer): Deadline {
  const controller = new AbortController();
  let passed = false;
  const stop = (): void => controller.abort(reasonOf(signal));
  const callOff = timer(timeoutMs, () => {
    passed = true;
    controller.abort(new DOMException("The call took too long.", "TimeoutError"));
  });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return {
    signal: controller.signal,
    passed: () => passed,
    clear: () => {
      callOff();
      signal.removeEventListener("abort", stop);
    },
  };
}

const machineTimer: Timer = (ms, ring) => {
  const timer = setTimeout(ring, ms);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
};
