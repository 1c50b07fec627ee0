import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookHook, WebhookRequest } from "../../src/connectors/kit/index.ts";
import { HubError } from "../../src/model/index.ts";
import type { Draw, Hooks, World } from "../acceptance/harness.ts";
import type { WorldHub } from "../acceptance/hub.ts";

/** A network between a system that calls back and the hub: calls get lost, come twice, late, in another order, or forged. */
export interface Callers {
  /** Lets the system send what it has to tell; it waits on the way. */
  collect(): Promise<void>;
  /** Some of what waits reaches the hub. */
  arrive(): void;
  /** Resolves once everything that has arrived is noted. */
  settled(): Promise<void>;
  /** Calls that the hub took wrongly, or refused wrongly. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Registers at the system; null where it does not call back. */
export async function openCallers(
  world: World,
  hub: WorldHub,
  draw: Draw,
  say: (line: string) => void,
): Promise<Callers | null> {
  const { hooks } = world;
  if (hooks === undefined) return null;
  const secrets = [...hooks.secrets];
  const hook = (expected: boolean): WebhookHook => ({ secrets, expected, now: world.served.clock.now() });
  let waiting: WebhookRequest[] = [];
  let registering = true;
  const server = createServer((incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    incoming.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    incoming.on("end", () => {
      const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value] as const] : [],
      );
      const request = { url: incoming.url ?? "", headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
      if (!registering) {
        waiting.push(request);
        outgoing.writeHead(200, { "content-type": "application/json" }).end("{}");
        return;
      }
      void shakeHands(request, outgoing);
    });
  });
  const shakeHands = async (request: WebhookRequest, outgoing: ServerResponse): Promise<void> => {
    const { answer, secret } = await hub.receive(request, hook(true));
    if (secret !== undefined) secrets.push(secret);
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await hooks.register(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`);
  registering = false;
  // The first call after a handshake is empty.
  await hooks.deliver();
  const problems: string[] = [];
  const open = new Set<Promise<void>>();
  const take = async (request: WebhookRequest, forged: boolean): Promise<void> => {
    try {
      await hub.receive(request, hook(false));
      if (forged) problems.push("a forged call was believed");
    } catch (error) {
      if (!forged || !(error instanceof HubError)) problems.push(`a call was refused: ${String(error)}`);
    }
  };
  const hand = (request: WebhookRequest, forged: boolean): void => {
    const handed = take(request, forged);
    open.add(handed);
    void handed.finally(() => open.delete(handed));
  };
  return {
    problems,
    collect: () => hooks.deliver(),
    arrive: () => {
      const fate = deal(waiting, draw, hooks);
      waiting = fate.later;
      for (const { request, forged } of fate.now) hand(request, forged);
      const forged = fate.now.filter((one) => one.forged).length;
      say(`${fate.now.length - forged} calls arrive, ${forged} forged, ${fate.lost} lost, ${waiting.length} later`);
    },
    settled: async () => {
      await Promise.all(open);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Fate {
  readonly now: readonly { readonly request: WebhookRequest; readonly forged: boolean }[];
  readonly later: WebhookRequest[];
  readonly lost: number;
}

function deal(waiting: readonly WebhookRequest[], draw: Draw, hooks: Hooks): Fate {
  const now: { request: WebhookRequest; forged: boolean; at: number }[] = [];
  const later: WebhookRequest[] = [];
  let lost = 0;
  const come = (request: WebhookRequest, forged: boolean): void => void now.push({ request, forged, at: draw.next() });
  for (const request of waiting) {
    if (draw.chance(0.15)) lost += 1;
    else if (draw.chance(0.25)) later.push(request);
    else {
      come(request, false);
      if (draw.chance(0.2)) come(request, false);
    }
    if (draw.chance(0.1)) come(hooks.forge(request), true);
  }
  return { now: now.sort((a, b) => a.at - b.at), later, lost };
}
