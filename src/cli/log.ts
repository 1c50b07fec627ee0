import type { Logger } from "winston";
import type { ConnectorDependencies } from "../connectors/kit/index.ts";
import type { Machine } from "./terminal.ts";

const LEVELS = ["error", "warn", "info", "debug"] as const;
type Level = (typeof LEVELS)[number];

/**
 * The log on standard error: nothing below `HUB_LOG` (default warn), JSON lines so that a collector can read them.
 * Credentials never reach it, because no caller puts them into a message or a field. The logger itself is loaded with
 * the first line that is written: most runs have nothing to say, and it is a large guest.
 */
export function createLog(
  machine: Pick<Machine, "environment">,
  options: { readonly quiet: boolean },
): ConnectorDependencies["log"] {
  const threshold = LEVELS.indexOf(levelOf(machine.environment["HUB_LOG"]));
  let logger: Promise<Logger> | undefined;
  return (level, message, fields) => {
    if (options.quiet || LEVELS.indexOf(level) > threshold) return;
    logger ??= loadLogger();
    // The promise keeps the order of the lines.
    void logger.then((loaded) => loaded.log(level, message, fields ?? {}));
  };
}

function levelOf(text: string | undefined): Level {
  return LEVELS.find((level) => level === text) ?? "warn";
}

async function loadLogger(): Promise<Logger> {
  const { default: winston } = await import("winston");
  return winston.createLogger({
    level: "debug",
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console({ stderrLevels: [...LEVELS] })],
  });
}
