import type { Progress, ProgressListener } from "../sync/index.ts";
import { formatProblem } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

const REDRAW_MS = 100;

interface StreamLine {
  records: number;
  done: boolean;
}

/**
 * Shows a run on standard error: redrawn lines where a person watches, else one line per finished stream and step.
 * Quiet shows problems only.
 */
export function createProgressView(
  terminal: Terminal,
  options: { readonly quiet: boolean; readonly wallNow: () => number },
): { readonly listener: ProgressListener; finish(): void } {
  const streams = new Map<string, Map<string, StreamLine>>();
  const startedAt = new Map<string, number>();
  let drawn = 0;
  let drawnAt = 0;
  let status = "";

  const erase = (): void => {
    if (drawn > 0) terminal.err(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  };

  const draw = (force: boolean): void => {
    if (!terminal.live || options.quiet) return;
    const now = options.wallNow();
    if (!force && now - drawnAt < REDRAW_MS) return;
    drawnAt = now;
    const lines = [...streams].map(([connection, of]) => connectionLine(connection, of));
    if (status !== "") lines.push(`  ${status}`);
    erase();
    terminal.err(lines.map((line) => `${line.slice(0, terminal.columns - 1)}\n`).join(""));
    drawn = lines.length;
  };

  const print = (text: string): void => {
    erase();
    terminal.err(`${text}\n`);
    draw(true);
  };

  const listener = (progress: Progress): void => {
    if (options.quiet && progress.kind !== "problem") return;
    switch (progress.kind) {
      case "step": {
        if (progress.state === "started") {
          startedAt.set(progress.step, options.wallNow());
          status = `${progress.step} …`;
          draw(true);
          return;
        }
        const seconds = (options.wallNow() - (startedAt.get(progress.step) ?? options.wallNow())) / 1000;
        if (terminal.live && progress.step === "pull") {
          erase();
          for (const [connection, of] of streams) terminal.err(`${connectionLine(connection, of)}\n`);
          streams.clear();
        }
        status = "";
        print(`${progress.step.padEnd(10)} ${seconds.toFixed(1).padStart(5)} s  ${progress.detail ?? ""}`.trimEnd());
        return;
      }
      case "stream": {
        const of = streams.get(progress.connection) ?? new Map<string, StreamLine>();
        streams.set(progress.connection, of.set(progress.stream, { records: progress.records, done: progress.done }));
        if (terminal.live) draw(progress.done);
        else if (progress.done) {
          terminal.err(
            `  ${progress.connection} ${progress.stream}: ${progress.records} records${progress.pages === 0 ? "" : ` in ${progress.pages} pages`}\n`,
          );
        }
        return;
      }
      case "count":
        status = `${progress.step} ${progress.done.toLocaleString("en-US")}${progress.of === null ? "" : ` of ${progress.of.toLocaleString("en-US")}`} ${progress.unit}`;
        draw(false);
        return;
      case "wait": {
        status = `${progress.step}: ${progress.what}, ${String(progress.seconds)} s`;
        if (terminal.live) draw(true);
        else terminal.err(`  ${status}\n`);
        return;
      }
      case "problem":
        print(formatProblem(progress));
        return;
      default:
        progress satisfies never;
    }
  };
  return { listener, finish: erase };
}

function connectionLine(connection: string, streams: ReadonlyMap<string, StreamLine>): string {
  const records = [...streams.values()].reduce((sum, line) => sum + line.records, 0);
  const reading = [...streams].filter(([, line]) => !line.done).map(([stream]) => stream);
  const done = streams.size - reading.length;
  const what = reading.length === 0 ? `${done} streams read` : `${done} streams read, reading ${reading.join(", ")}`;
  return `  ${connection.padEnd(16)} ${records.toLocaleString("en-US").padStart(8)} records  ${what}`;
}
