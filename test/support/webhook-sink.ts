import { createServer } from "node:http";
import { z } from "zod";

export interface Heard {
  readonly body: Record<string, unknown>;
  readonly authorization: string | undefined;
}

export interface WebhookSink {
  readonly url: string;
  /** What was delivered, challenges left out. */
  readonly heard: Heard[];
  /** The status it answers deliveries with. */
  status: number;
  /** Whether it echoes challenges. */
  echo: boolean;
  stop(): Promise<void>;
}

/** A receiver of webhooks on the loopback that keeps what it is told. */
export async function webhookSink(): Promise<WebhookSink> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece: Buffer) => (text += piece.toString("utf8")));
    request.on("end", () => {
      const body = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
      const challenge = "challenge" in body;
      if (!challenge) heard.push({ body, authorization: request.headers.authorization });
      response.writeHead(challenge ? 200 : sink.status, { "content-type": "application/json" });
      response.end(JSON.stringify(challenge && sink.echo ? body : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const sink: WebhookSink = {
    url: `http://127.0.0.1:${port}/hook`,
    heard,
    status: 200,
    echo: true,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return sink;
}
