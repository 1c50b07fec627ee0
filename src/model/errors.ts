/**
 * What the runner does next. It branches on this and never on class names or texts.
 * - `retry-now`: transient; the same call may be tried again at once, with back-off
 * - `retry-later`: the system asks to wait longer than the run can; the run stops with exit 75 and resumes later
 * - `skip-record`: one record is unusable; it goes to the dead letters, the rest goes on
 * - `stop-stream`: this stream cannot be read in full; others go on, the run ends incomplete (exit 3)
 * - `stop-run`: nothing sensible can be done (exit 1)
 * - `operator`: a person has to change configuration or credentials (exit 2 before anything ran, else as stop-stream)
 */
export type Disposition = "retry-now" | "retry-later" | "skip-record" | "stop-stream" | "stop-run" | "operator";

/** Where something went wrong; every part that is known is printed. Never holds secrets. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
  readonly connection?: string;
  readonly system?: string;
  readonly stream?: string;
  readonly partition?: string;
  readonly record?: string;
  readonly request?: string;
}

/**
 * What is known of a write that failed. A failed write without a fate was certainly not done.
 * - `stale`: refused because the record has changed since it was planned
 * - `unknown`: sent, and nothing tells whether it was done
 */
export type WriteFate = "stale" | "unknown";

export interface HubErrorOptions extends ErrorOptions {
  readonly disposition?: Disposition;
  readonly place?: ErrorPlace;
  /** What the reader can do about it, one sentence in the imperative. */
  readonly remedy?: string;
  /** For `retry-later`: when a try makes sense again, epoch milliseconds UTC. */
  readonly retryAt?: number;
  /** For writes. */
  readonly fate?: WriteFate;
}

/** The root of every error the hub raises on purpose. Codes are stable and documented in docs/errors.md. */
export class HubError extends Error {
  override readonly name: string = "HubError";
  readonly code: string;
  readonly disposition: Disposition;
  readonly place: ErrorPlace;
  readonly remedy: string | undefined;
  readonly retryAt: number | undefined;
  readonly fate: WriteFate | undefined;

  /** @param code `HUB-nnnn` */
  constructor(code: string, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.disposition = options.disposition ?? "stop-run";
    this.place = options.place ?? {};
    this.remedy = options.remedy;
    this.retryAt = options.retryAt;
    this.fate = options.fate;
  }
}

/** `file:line:column path …` of the parts that are known; empty when none is. */
export function formatPlace(place: ErrorPlace): string {
  const file =
    place.file === undefined
      ? ""
      : [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
  const rest = [place.path, place.connection, place.stream, place.partition, place.record, place.request];
  // A stream that is one partition goes by one name (Opportunity): it is said once.
  return [...new Set([file, ...rest])].filter((part) => part !== undefined && part !== "").join(" ");
}

/** A problem as one plain-data row, for `--json`, the dead letters and the logs. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly place: ErrorPlace;
  readonly remedy?: string;
}

/** Turns anything thrown into a problem; an unexpected error keeps its message under HUB-1000. */
export function toProblem(error: unknown): Problem {
  if (error instanceof HubError) {
    return {
      code: error.code,
      message: error.message,
      place: error.place,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    };
  }
  return { code: "HUB-1000", message: error instanceof Error ? error.message : String(error), place: {} };
}

/** Ends a `switch` over a union; the compiler proves it unreachable. */
export function assertNever(value: never): never {
  throw new HubError("HUB-1001", `Unexpected value ${JSON.stringify(value)}.`);
}
