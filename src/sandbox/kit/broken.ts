/** An answer that HTTP cannot put into a Response: the socket ends where the answer should be. */
export interface BrokenAnswer {
  /**
   * `reset`: closed without an answer. `hang`: neither answered nor closed. `cut`: the head and half of the body go
   * out, then the socket is closed.
   */
  readonly broken: "reset" | "hang" | "cut";
  /** When a socket that hangs is closed after all; never when left out. */
  readonly until?: Promise<void>;
  /** What is cut. */
  readonly answer?: { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };
}

/** What goes over the wire. */
export type WireAnswer = Response | BrokenAnswer;

export function isBroken(answer: WireAnswer): answer is BrokenAnswer {
  return "broken" in answer;
}
