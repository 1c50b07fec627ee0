import type { Column, Row, Table } from "./columns.ts";
import type { StarTableName } from "./tables.ts";

const column = (type: Column["type"], comment: string): Column => ({ type, caption: comment, comment });
const text = (comment: string) => ({ ...column("TEXT", comment), type: "TEXT" }) as const;
const big = (comment: string) => ({ ...column("BIG_INT", comment), type: "BIG_INT" }) as const;

const kept = <const T extends Pick<Table, "grain" | "key" | "columns">>(table: T) =>
  ({ kind: "fact", caption: "", ...table }) as const;

/** The facts that are made of cases: they stay from one measuring to the next as long as their case does. */
export const CASE_FACTS = [
  "fact_case",
  "fact_stage_events",
  "fact_step_executions",
  "fact_conformance",
] as const satisfies readonly StarTableName[];

/** What is remembered of cases, so that it can be told which of them have to be built again. */
export const KEPT_TABLES = {
  kept_version: kept({
    grain: "the one version of what is kept",
    key: ["version"],
    columns: { version: text("Everything that all cases depend on") },
  }),
  kept_case: kept({
    grain: "one object of one process, also when it is no case yet",
    key: ["case_key"],
    columns: {
      case_key: text("Case key"),
      process: text("Process"),
      object_id: text("Object"),
      made_of: text("What its object was when it was built"),
      holds_from: big("The first as-of for which it is as it is"),
      holds_until: big("The first as-of for which it no longer is"),
      remembered: text("What handoffs take from it, as JSON; empty when there is no case"),
    },
  }),
  kept_answer: kept({
    grain: "one thing a case asked of its surroundings",
    key: ["case_key", "question"],
    columns: { case_key: text("Case key"), question: text("What was asked"), answer: text("What was told") },
  }),
  kept_actor: kept({
    grain: "one person or automation in the facts, by pseudonym",
    key: ["actor_key"],
    columns: { actor_key: text("Actor key"), actor_kind: text("Kind"), actor_team: text("Team") },
  }),
} as const;

/** Lists that a refresh works with; empty before and after. */
export const WORK_TABLES = {
  work_seen: kept({
    grain: "one object there is",
    key: ["process", "object_id"],
    columns: { process: text("Process"), object_id: text("Object"), made_of: text("What it is made of") },
  }),
  work_built: kept({
    grain: "one object that was built a case of",
    key: ["process", "object_id"],
    columns: {
      case_key: text("Case key"),
      process: text("Process"),
      object_id: text("Object"),
      holds_from: big("Holds from"),
      holds_until: big("Holds until"),
      remembered: text("Remembered"),
    },
  }),
  work_wanted: kept({
    grain: "one object that is asked for",
    key: ["object_id"],
    columns: { object_id: text("Object") },
  }),
  work_retold: kept({
    grain: "one question that is answered otherwise now",
    key: ["question", "answer"],
    columns: { question: text("Question"), answer: text("Former answer") },
  }),
} as const;

export const CACHE_TABLES = { ...KEPT_TABLES, ...WORK_TABLES } as const;
export type CacheTableName = keyof typeof CACHE_TABLES;
export type CacheRow<T extends CacheTableName> = Row<(typeof CACHE_TABLES)[T]>;

/** The tables whose rows outlive the measuring that made them. */
export const LASTING: ReadonlySet<string> = new Set([...CASE_FACTS, ...Object.keys(KEPT_TABLES)]);
