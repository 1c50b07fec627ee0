import { json } from "./auth.ts";
import { ApiFault, errorBody } from "./errors.ts";

/** A planned misbehaviour of the next calls whose `METHOD /path` contains `match`. */
export interface Fault {
  readonly match: string;
  readonly status: number;
  /** Whether the call takes effect before the error is answered. */
  readonly afterCommit: boolean;
  readonly retryAfter: number | null;
  left: number;
}

/** The planned faults, in order; each is used up by the calls it answers. */
export class Faults {
  #planned: Fault[] = [];

  plan(fault: Fault): void {
    this.#planned.push(fault);
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault that hits this call, if any. */
  take(call: string): Fault | null {
    const fault = this.#planned.find((one) => one.left > 0 && call.includes(one.match));
    if (fault === undefined) return null;
    fault.left -= 1;
    return fault;
  }
}

/** What a struck call answers: JSON errors, and 502 as the proxy's HTML. */
export function faultAnswer(fault: Fault): Response {
  if (fault.status === 502 || fault.status === 504)
    return new Response("<html><body><h1>502 Bad Gateway</h1></body></html>", {
      status: fault.status,
      headers: { "content-type": "text/html" },
    });
  const headers: Record<string, string> = fault.retryAfter === null ? {} : { "retry-after": String(fault.retryAfter) };
  return json(fault.status, errorBody(new ApiFault(fault.status, "Server Error")), headers);
}
