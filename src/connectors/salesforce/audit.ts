import { HubError, parseInstant } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";
import type { Audit, Estimate, ReadContext } from "../kit/index.ts";
import type { ObjectSpec } from "./objects.ts";
import { readState } from "./position.ts";
import type { Position } from "../../model/index.ts";
import { historyCondition, queryOf } from "./queries.ts";
import { nextCycle } from "./read-object.ts";
import type { Reader } from "./reader.ts";
import { requestOf } from "./select-list.ts";
import type { Request } from "./select-list.ts";
import { bulkThreshold } from "./settings.ts";
import { renderCount, renderCountBy } from "./soql.ts";

/** Rows of one page of REST, and of one page of bulk results. */
const PAGE = 2_000;
const BULK_PAGE = 50_000;
/** Creating a bulk job and looking at it. */
const BULK_CALLS = 6;
/** Salesforce deals an aggregate in one batch of at most so many groups, or refuses it. */
const MOST_GROUPS = 2_000;
/** The org does not group or count this object by that field, or finds it too much. */
const UNCOUNTABLE = new Set(["HUB-1300", "HUB-1306", "HUB-1310"]);

/**
 * What the org counts of an object by the month its rows were created (UTC): live rows, or for histories those of the
 * fields that are followed. By year where months are too many groups, as a whole where it cannot group, null where it
 * cannot count.
 */
export async function audit(reader: Reader, spec: ObjectSpec, context: ReadContext): Promise<Audit | null> {
  const request = requestOf(spec, context.selection);
  // Rows of other fields cannot be left out of the count, so that it would compare unlike things.
  if (request.keeps !== undefined) return null;
  for (const unit of ["month", "year"] as const) {
    const buckets = await grouped(reader, spec, request, unit, context.signal);
    if (buckets !== null) {
      const bucketOf = (record: { readonly content: JsonObject }): string | null => bucket(record.content, unit);
      return { of: `rows of ${spec.name} by ${unit} created`, buckets, bucketOf };
    }
  }
  const all = await counted(reader, spec, request, context.signal);
  if (all === null) return null;
  const bucketOf = ({ content }: { readonly content: JsonObject }): string | null =>
    content["IsDeleted"] === true ? null : "all";
  return { of: `rows of ${spec.name}`, buckets: [{ name: "all", count: all }], bucketOf };
}

async function grouped(
  { client }: Reader,
  spec: ObjectSpec,
  request: Request,
  unit: "month" | "year",
  signal: AbortSignal,
): Promise<Audit["buckets"] | null> {
  const { where, all } = liveRows(spec, request);
  const soql = renderCountBy("CreatedDate", unit, { object: spec.name, where });
  try {
    const answer = await client.aggregate(soql, spec.name, all, signal);
    if (!answer.done || answer.records.length >= MOST_GROUPS) return null;
    return answer.records
      .map((row) => ({
        name: bucketName(Number(row["y"]), unit === "month" ? Number(row["m"]) : null),
        count: Number(row["n"]),
      }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    if (error instanceof HubError && UNCOUNTABLE.has(error.code)) return null;
    throw error;
  }
}

async function counted(
  { client }: Reader,
  spec: ObjectSpec,
  request: Request,
  signal: AbortSignal,
): Promise<number | null> {
  const { where, all } = liveRows(spec, request);
  try {
    return (await client.aggregate(renderCount({ object: spec.name, where }), spec.name, all, signal)).totalSize;
  } catch (error) {
    if (error instanceof HubError && UNCOUNTABLE.has(error.code)) return null;
    throw error;
  }
}

/** Archived activities are live and only counted by queryAll. */
function liveRows(spec: ObjectSpec, request: Request): { readonly where: readonly string[]; readonly all: boolean } {
  const all = spec.name === "Task" || spec.name === "Event";
  return { where: [...(all ? ["IsDeleted = FALSE"] : []), ...historyCondition(request)], all };
}

function bucket(content: JsonObject, unit: "month" | "year"): string | null {
  const created = content["CreatedDate"];
  const instant = typeof created === "string" ? parseInstant(created) : undefined;
  if (content["IsDeleted"] === true || instant === undefined) return null;
  return new Date(instant).toISOString().slice(0, unit === "month" ? 7 : 4);
}

function bucketName(year: number, month: number | null): string {
  const text = String(year).padStart(4, "0");
  return month === null ? text : `${text}-${String(month).padStart(2, "0")}`;
}

/**
 * Calls and rows of reading on from a position. A first read goes by the org's own approximate counts (one call for all
 * objects of the connection), an increment is counted exactly (one call).
 */
export async function estimate(
  reader: Reader,
  spec: ObjectSpec,
  position: Position | null,
  context: ReadContext,
  approximate: () => Promise<ReadonlyMap<string, number>>,
): Promise<Estimate> {
  const { client, settings } = reader;
  const request = requestOf(spec, context.selection);
  const last = context.mode === "full" ? null : readState(position);
  if (last === null || last.request !== request.hash || last.plan.stamp === null) {
    const records = (await approximate()).get(spec.name) ?? 0;
    const threshold = bulkThreshold(settings);
    const bulk = threshold !== null && records >= threshold;
    const calls = bulk ? BULK_CALLS + Math.ceil(records / BULK_PAGE) : pages(records);
    // The description comes on top.
    return { calls: calls + 1, records, exact: false };
  }
  await client.signIn(context.signal);
  const state = last.phase === "idle" ? nextCycle(last, client.serverNow(), client.clockOffset()) : last;
  const { soql } = queryOf(spec, request, { ...state, slice: null });
  const { where } = soql;
  const soqlCount = renderCount({ object: spec.name, ...(where === undefined ? {} : { where }) });
  const { totalSize } = await client.aggregate(soqlCount, spec.name, last.plan.deletions, context.signal);
  return { calls: pages(totalSize) * last.plan.chunks.length, records: totalSize, exact: true };
}

function pages(records: number): number {
  return Math.max(1, Math.ceil(records / PAGE));
}
