import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Debian's browser; `HUB_CHROMIUM` names another. Undefined where there is none. */
export function findChromium(): string | undefined {
  const candidates = [process.env["HUB_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A page of a real browser without a window, driven over its own debugging protocol. Close it. */
export interface BrowserPage {
  /** Opens an address at a size; a narrow one is a phone's. */
  open(url: string, width: number, height: number): Promise<void>;
  /** The value of an expression in the page; of a promise what it comes to. */
  evaluate(expression: string): Promise<unknown>;
  /** The whole page as PNG. */
  screenshot(file: string): Promise<void>;
  /** What the page complained about, and what it asked a network for. */
  readonly complaints: string[];
  readonly requests: string[];
  close(): Promise<void>;
}

const PHONE_WIDTH = 500;

export async function openBrowser(binary: string): Promise<BrowserPage> {
  const profile = await mkdtemp(join(tmpdir(), "hub-browser-"));
  const words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"];
  const child = spawn(binary, [...words, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const origin = await new Promise<string>((found, failed) => {
    let said = "";
    child.once("exit", () => failed(new Error(`The browser ended: ${said}`)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const address = /ws:\/\/([^/\s]+)\//u.exec(said)?.[1];
      if (address !== undefined) found(address);
    });
  });
  const targets = (await (await fetch(`http://${origin}/json/list`)).json()) as readonly {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets.find(({ type }) => type === "page")?.webSocketDebuggerUrl ?? "");
  await new Promise<void>((opened) => socket.addEventListener("open", () => opened(), { once: true }));
  const waiting = new Map<number, (message: Message) => void>();
  const onEvent = new Set<(method: string) => void>();
  const complaints: string[] = [];
  const requests: string[] = [];
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    const { method = "", params = {} } = message;
    if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") complaints.push(JSON.stringify(params));
    if (method === "Runtime.consoleAPICalled" && params["type"] !== "log") complaints.push(JSON.stringify(params));
    if (method === "Network.requestWillBeSent") requests.push((params["request"] as { readonly url: string }).url);
    for (const listener of onEvent) listener(method);
  });
  const send = async (method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> => {
    last += 1;
    const id = last;
    const answer = await new Promise<Message>((answered) => {
      waiting.set(id, answered);
      socket.send(JSON.stringify({ id, method, params }));
    });
    waiting.delete(id);
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  };
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  return {
    complaints,
    requests,
    async open(url, width, height) {
      const mobile = width < PHONE_WIDTH;
      await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile });
      const loaded = new Promise<void>((done) => {
        const listener = (method: string): void => {
          if (method !== "Page.loadEventFired") return;
          onEvent.delete(listener);
          done();
        };
        onEvent.add(listener);
      });
      // From one fragment of a page to another there would be no loading to wait for.
      await send("Page.navigate", { url: "about:blank" });
      await loaded;
      const again = new Promise<void>((done) => {
        const listener = (method: string): void => {
          if (method !== "Page.loadEventFired") return;
          onEvent.delete(listener);
          done();
        };
        onEvent.add(listener);
      });
      await send("Page.navigate", { url });
      await again;
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { readonly value?: unknown }).value;
    },
    async screenshot(file) {
      const { data } = await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true });
      await writeFile(file, Buffer.from(String(data), "base64"));
    },
    async close() {
      socket.close();
      child.kill();
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
