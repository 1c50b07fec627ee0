import type { JsonObject } from "../../src/model/index.ts";
import type { Held, Holding } from "../acceptance/compare.ts";

/**
 * The way most tools replicate, for comparison on the same histories: a mark per stream and `>` it, no overlap, no
 * sweeps, a few tries on 5xx and broken sockets. What was read stays when a sync fails; the mark moves when it succeeds.
 */
export interface Peer {
  /** One sync. @throws Error when it had to give up */
  pull(): Promise<void>;
  readonly holding: Holding;
}

/** What a peer keeps, and how it calls. */
export class PeerStore {
  readonly holding = new Map<string, Map<string, Held>>();
  readonly marks = new Map<string, string>();

  put(stream: string, id: string, content: JsonObject, removed: Held["removed"] = null): void {
    const members = this.#of(stream).get(id)?.members ?? new Map();
    this.#of(stream).set(id, { content, removed, members });
  }

  putMember(stream: string, id: string, content: JsonObject, parent: { stream: string; id: string }): void {
    const own = this.#of(parent.stream).get(parent.id) ?? { content: null, removed: null, members: new Map() };
    this.#of(parent.stream).set(parent.id, { ...own, members: new Map([...own.members, [id, { stream, content }]]) });
  }

  #of(stream: string): Map<string, Held> {
    const rows = this.holding.get(stream) ?? new Map<string, Held>();
    this.holding.set(stream, rows);
    return rows;
  }
}

const TRIES = 4;

/** One JSON answer; tried again on 5xx, 429 and broken sockets. @throws Error for anything else */
export async function ask(url: string, init: RequestInit): Promise<JsonObject> {
  for (let attempt = 1; ; attempt += 1) {
    let response: Response | null = null;
    try {
      response = await fetch(url, init);
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as JsonObject;
    } catch (error) {
      if (error instanceof SyntaxError || attempt >= TRIES) throw error;
    }
    const again = response === null || response.ok || response.status >= 500 || response.status === 429;
    if (!again || attempt >= TRIES) throw new Error(`${url}: ${response?.status}`);
  }
}
