import { readContents } from "./hyper-contents.ts";
import type { HyperContents } from "./hyper-contents.ts";
import { startHyperProcess } from "./hyper-process.ts";
import type { HyperProcess } from "./hyper-process.ts";
import { quoted } from "./sql.ts";

/** How long an idle engine stays: a publish of several extracts shares one. */
const IDLE_MS = 5000;

/** A Hyper engine that is started on first need, does one piece of work at a time and stops when idle. */
export class HyperEngine {
  readonly #binary: string | undefined;
  readonly #directory: string;
  #process: Promise<HyperProcess> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param binary path of the engine; without one `available` is false and nothing can be done. */
  constructor(binary: string | undefined, directory: string) {
    this.#binary = binary;
    this.#directory = directory;
  }

  get available(): boolean {
    return this.#binary !== undefined;
  }

  /** Tables and assumed foreign keys; undefined for a file the engine cannot open. Rejects when there is no engine. */
  async contents(file: string): Promise<HyperContents | undefined> {
    return this.run(async (engine) => {
      try {
        await engine.query(`ATTACH DATABASE ${quoted(file)} AS "looked_at"`);
      } catch {
        return undefined;
      }
      try {
        return await readContents(engine, "looked_at");
      } finally {
        await engine.query(`DETACH DATABASE "looked_at"`);
      }
    });
  }

  /** Gives the engine to one piece of work, after all that came before. Rejects when there is no engine. */
  async run<T>(work: (engine: HyperProcess) => Promise<T>): Promise<T> {
    const binary = this.#binary;
    if (binary === undefined) throw new Error("The sandbox has no Hyper engine.");
    const result = this.#queue.then(async () => {
      clearTimeout(this.#idle);
      this.#process ??= startHyperProcess(binary, this.#directory);
      let engine: HyperProcess;
      try {
        engine = await this.#process;
      } catch (error) {
        this.#process = undefined;
        throw error;
      }
      try {
        return await work(engine);
      } finally {
        this.#idle = setTimeout(() => void this.close(), IDLE_MS);
        this.#idle.unref();
      }
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const running = this.#process;
    this.#process = undefined;
    if (running !== undefined) await (await running).stop();
  }
}

/** Attaches files by name while the work is done; what it changed in them is on disk afterwards. */
export async function withFiles<T>(
  engine: HyperProcess,
  files: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const attached: string[] = [];
  try {
    for (const [name, file] of Object.entries(files)) {
      await engine.query(`ATTACH DATABASE ${quoted(file)} AS ${quoted(name)}`);
      attached.push(name);
    }
    return await work();
  } finally {
    for (const name of attached.toReversed()) await engine.query(`DETACH DATABASE ${quoted(name)}`);
  }
}
