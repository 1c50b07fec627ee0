import { z } from "zod";

/** A fault to answer with instead of serving the call (reference salesforce.md §14). */
export const FAULT = z.object({
  /** Part of the operation name, e.g. `query` or `sobjects/Lead`; every call when left out. */
  operation: z.string().default(""),
  kind: z.enum(["error", "html", "malformed", "empty", "cut"]).default("error"),
  status: z.number().int().min(200).max(599).default(503),
  code: z.string().default("SERVER_UNAVAILABLE"),
  message: z.string().default("Server too busy"),
  /** How many calls it hits; null for all until cleared. */
  times: z.number().int().positive().nullable().default(1),
  /** How many matching calls pass first. */
  after: z.number().int().nonnegative().default(0),
  /** Whether the call takes effect before the fault answer (a lost reply). */
  afterEffect: z.boolean().default(false),
});

export type Fault = z.output<typeof FAULT>;

interface Armed {
  readonly fault: Fault;
  passes: number;
  left: number | null;
}

/** The faults set over the control API, first match first. */
export class Faults {
  readonly #armed: Armed[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, passes: fault.after, left: fault.times });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  /** The fault this call meets, if any; counts it as spent. */
  take(operation: string): Fault | null {
    for (const [index, armed] of this.#armed.entries()) {
      if (!operation.toLowerCase().includes(armed.fault.operation.toLowerCase())) continue;
      if (armed.passes > 0) {
        armed.passes -= 1;
        continue;
      }
      if (armed.left !== null) {
        armed.left -= 1;
        if (armed.left === 0) this.#armed.splice(index, 1);
      }
      return armed.fault;
    }
    return null;
  }
}

/** A body that ends long before the length its headers promise; the connection is closed on it. */
function cutBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"totalSize":1,"done":true,"records":['));
      controller.close();
    },
  });
}

/** The answer of a fault. */
export function faultResponse(fault: Fault): Response {
  const { status, code, message } = fault;
  const type = { "content-type": "application/json;charset=UTF-8" };
  switch (fault.kind) {
    case "error":
      return Response.json([{ message, errorCode: code, fields: [] }], { status });
    case "html":
      return new Response(`<html><head><title>${message}</title></head><body><h1>${message}</h1></body></html>`, {
        status,
        headers: { "content-type": "text/html;charset=UTF-8" },
      });
    case "malformed":
      return new Response('{"totalSize":1,"done":tr', { status: 200, headers: type });
    case "empty":
      return new Response("", { status: 200, headers: type });
    case "cut":
      return new Response(cutBody(), {
        status: 200,
        headers: { ...type, "content-length": "4096", connection: "close" },
      });
    default:
      return fault.kind satisfies never;
  }
}
