import { HubError } from "../../model/index.ts";
import type { Problem } from "../../model/index.ts";
import type { TimeTrouble } from "./moment.ts";

/** A file that is something else than its beginning promised. */
export function noLog(file: string, why: string): HubError {
  return new HubError("HUB-2401", why, {
    disposition: "operator",
    place: { file },
    remedy: "Logs are CSV, XES, or OCEL 2.0 in JSON, SQLite or XML.",
  });
}

/** A file without a byte, or without a line. */
export function emptyFile(file: string): HubError {
  return new HubError("HUB-2401", "The file is empty.", {
    disposition: "operator",
    place: { file },
    remedy: "Check what wrote it.",
  });
}

/** A line, or an element of a file, that cannot be used. */
export function unusable(why: string, file: string, line: number | null): Problem {
  return {
    code: "HUB-2403",
    message: `Left out: ${why.charAt(0).toLowerCase()}${why.slice(1)}`,
    place: { file, ...(line === null ? {} : { line }) },
  };
}

/** A line, or an element, with bytes that mean nothing in the file's encoding: what they were meant to be nobody can tell. */
export function notReadable(file: string, line: number | null): Problem {
  return {
    ...unusable("It has bytes that are not UTF-8.", file, line),
    code: "HUB-2414",
    remedy: "Name the file's encoding with --encoding, such as windows-1252.",
  };
}

/**
 * A time that cannot be used.
 * @throws HubError HUB-2405 and HUB-2413 for what every line will have and only the reader can settle
 */
export function timeProblem(trouble: TimeTrouble, written: string, file: string, line: number | null): Problem {
  const place = { file, ...(line === null ? {} : { line }) };
  switch (trouble) {
    case "no zone":
      throw new HubError("HUB-2405", `The time "${written}" has no zone, and no zone is known for it.`, {
        disposition: "operator",
        place,
        remedy: "Say where the clock stood with --tz, such as --tz Europe/Berlin.",
      });
    case "day or month first":
      throw new HubError("HUB-2413", `Nothing shows whether "${written}" begins with the day or the month.`, {
        disposition: "operator",
        place,
        remedy: "Say it with --dates day-first or --dates month-first.",
      });
    case "no such time":
      return { code: "HUB-2404", message: `Left out: there is no time "${written}".`, place };
    default:
      return {
        code: "HUB-2404",
        message: written.trim() === "" ? "Left out: the time is empty." : `Left out: "${written}" is no time.`,
        place,
        remedy:
          "Times are written as 2026-03-01T09:05:00+01:00, 2026-03-01 09:05, 01.03.2026 09:05 or as epoch seconds.",
      };
  }
}
