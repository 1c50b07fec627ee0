import winston from "winston";
import type { ConnectorDependencies } from "../connectors/kit/index.ts";
import type { Machine } from "./terminal.ts";

/**
 * The log on standard error: nothing below `HUB_LOG` (default warn), JSON lines so that a collector can read them.
 * Credentials never reach it, because no caller puts them into a message or a field.
 */
export function createLog(machine: Machine, options: { readonly quiet: boolean }): ConnectorDependencies["log"] {
  const logger = winston.createLogger({
    level: machine.environment["HUB_LOG"] ?? "warn",
    silent: options.quiet,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console({ stderrLevels: ["error", "warn", "info", "debug"] })],
  });
  return (level, message, fields) => void logger.log(level, message, fields ?? {});
}
