import type { DuckDBConnection } from "@duckdb/node-api";
import type { Problem } from "../../model/index.ts";

const EACH_TOLD = 100;

/** What only the whole log can show: what to look for, how to say it, and what to leave out because of it. */
interface Check {
  /** True when something is left out because of it. */
  readonly isLoss: boolean;
  /** Gives `line` and `what`. */
  readonly find: string;
  readonly say: (what: string) => string;
  readonly mend: string;
}

const CHECKS: readonly Check[] = [
  {
    isLoss: true,
    find: "SELECT line, id AS what FROM event WHERE id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq) > 1",
    say: (what) => `The event "${what}" stands in the log twice; the first is taken.`,
    mend: "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq) > 1)",
  },
  {
    isLoss: true,
    find: "SELECT line, id AS what FROM object QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq) > 1",
    say: (what) => `The object or trace "${what}" stands in the log twice; what is said of it the first time is taken.`,
    mend: "DELETE FROM object WHERE seq IN (SELECT seq FROM object QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq) > 1)",
  },
  {
    isLoss: true,
    find: "SELECT line, event_id || '\" and \"' || object_id AS what FROM event_object WHERE event_id NOT IN (SELECT id FROM event WHERE id IS NOT NULL)",
    say: (what) => `The relation of "${what}" has no event; it is left out.`,
    mend: "DELETE FROM event_object WHERE event_id NOT IN (SELECT id FROM event WHERE id IS NOT NULL)",
  },
  {
    isLoss: true,
    find: "SELECT line, event_id || '\" with \"' || object_id AS what FROM event_object WHERE object_id NOT IN (SELECT id FROM object)",
    say: (what) => `The relation of the event "${what}" leads to no object; it is left out.`,
    mend: "DELETE FROM event_object WHERE object_id NOT IN (SELECT id FROM object)",
  },
  {
    isLoss: true,
    find: "SELECT line, source_id || '\" with \"' || target_id AS what FROM object_object WHERE source_id NOT IN (SELECT id FROM object) OR target_id NOT IN (SELECT id FROM object)",
    say: (what) => `The relation of "${what}" lacks one of its objects; it is left out.`,
    mend: "DELETE FROM object_object WHERE source_id NOT IN (SELECT id FROM object) OR target_id NOT IN (SELECT id FROM object)",
  },
  {
    isLoss: false,
    find: "SELECT min(line) AS line, activity AS what FROM event WHERE case_id IS NULL AND activity NOT IN (SELECT type FROM declared WHERE kind = 'event') GROUP BY activity",
    say: (what) => `The event type "${what}" is not declared; it is taken all the same.`,
    mend: "INSERT INTO declared SELECT 1000000 + row_number() OVER (ORDER BY activity), 'event', activity, NULL, NULL FROM (SELECT DISTINCT activity FROM event WHERE case_id IS NULL AND activity NOT IN (SELECT type FROM declared WHERE kind = 'event'))",
  },
  {
    isLoss: false,
    find: "SELECT min(line) AS line, type AS what FROM object WHERE type <> 'case' AND type NOT IN (SELECT type FROM declared WHERE kind = 'object') GROUP BY type",
    say: (what) => `The object type "${what}" is not declared; it is taken all the same.`,
    mend: "INSERT INTO declared SELECT 2000000 + row_number() OVER (ORDER BY type), 'object', type, NULL, NULL FROM (SELECT DISTINCT type FROM object WHERE type <> 'case' AND type NOT IN (SELECT type FROM declared WHERE kind = 'object'))",
  },
];

/** Ids that stand twice, relations that lead nowhere, types nobody declared: told, and mended so that the rest can be used. */
export async function settleLog(
  connection: DuckDBConnection,
  file: string,
): Promise<{ readonly lost: readonly Problem[]; readonly mended: readonly Problem[]; readonly untold: number }> {
  const lost: Problem[] = [];
  const mended: Problem[] = [];
  let untold = 0;
  for (const { isLoss, find, say, mend } of CHECKS) {
    const problems = isLoss ? lost : mended;
    const found = await connection.runAndReadAll(`SELECT line, what FROM (${find}) ORDER BY line NULLS LAST, what`);
    const rows = found.getRows();
    for (const [line, what] of rows.slice(0, EACH_TOLD)) {
      problems.push(problem(say(String(what)), file, typeof line === "number" ? line : null));
    }
    if (rows.length > EACH_TOLD) {
      mended.push(problem(`And ${rows.length - EACH_TOLD} more such: ${say("…")}`, file, null));
      if (isLoss) untold += rows.length - EACH_TOLD;
    }
    if (rows.length > 0) await connection.run(mend);
  }
  return { lost, mended, untold };
}

function problem(message: string, file: string, line: number | null): Problem {
  return {
    code: "HUB-2409",
    message,
    place: line === null ? { file } : { file, line },
    remedy: "Mend it where the log was made, or go on without it.",
  };
}
