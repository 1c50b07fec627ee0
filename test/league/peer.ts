import { Agent, request } from "node:http";
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
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

export interface PeerRequest {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One JSON answer; tried again on 5xx, 429 and broken sockets. @throws Error for anything else */
export async function ask(url: string, asked: PeerRequest): Promise<JsonObject> {
  for (let attempt = 1; ; attempt += 1) {
    let answer: { readonly status: number; readonly text: string } | null = null;
    try {
      answer = await exchange(url, asked);
    } catch (error) {
      if (attempt >= TRIES) throw error;
    }
    if (answer !== null && answer.status < 300) return JSON.parse(answer.text) as JsonObject;
    const again = answer === null || answer.status >= 500 || answer.status === 429;
    if (!again || attempt >= TRIES) throw new Error(`${url}: ${answer?.status}`);
  }
}

function exchange(
  url: string,
  { method = "GET", headers, body }: PeerRequest,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (part: string) => (text += part));
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, text });
      });
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
