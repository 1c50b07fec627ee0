import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookHook, WebhookMark, WebhookReceiver } from "../../src/connectors/kit/index.ts";

/** An address that hands every call it gets to a connector's receiver and answers what that says. */
export interface ReceivingServer {
  readonly origin: string;
  /** What the hub knows of the hook; a secret of a handshake is added to it. */
  hook: WebhookHook;
  readonly marks: WebhookMark[];
  readonly refused: unknown[];
  close(): Promise<void>;
}

export async function startReceiving(receive: WebhookReceiver, hook: WebhookHook): Promise<ReceivingServer> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    incoming.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    incoming.on("end", () => {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(incoming.headers))
        if (typeof value === "string") headers[name] = value;
      const url = `${receiving.origin}${incoming.url ?? ""}`;
      try {
        const { answer, marks, secret } = receive({ url, headers, body: Buffer.concat(chunks) }, receiving.hook);
        if (secret !== undefined)
          receiving.hook = { ...receiving.hook, secrets: [...receiving.hook.secrets, secret], expected: false };
        receiving.marks.push(...marks);
        outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      } catch (error) {
        receiving.refused.push(error);
        outgoing.writeHead(401).end();
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const receiving: ReceivingServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hook,
    marks: [],
    refused: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiving;
}
