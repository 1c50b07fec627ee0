import { handoffKind, processKind } from "../../configuration/index.ts";
import { subjectsOf } from "../../kpis/index.ts";
import type { KpiDefinition, KpiResult } from "../../kpis/index.ts";
import { isJsonObject } from "../../model/index.ts";
import type { HandoffDecision, Json, PublishedFigure, StreamChanges } from "../../model/index.ts";
import { kpiSources } from "./kpi-sources.ts";
import type { MeasureContext } from "./measure.ts";
import { publishedNumber } from "./published-result.ts";
import type { FigureHead } from "./published-result.ts";

/** A published figure that a later measurement found to be another one, or none any more (reference §1.3, rule 3). */
export interface Restatement {
  readonly figure: FigureHead;
  /** What it is now; null for a figure that is withdrawn. */
  readonly result: KpiResult | null;
  readonly before: PublishedFigure;
  readonly formerValue: number | null;
  /** What is known to have changed in between; never empty. */
  readonly because: readonly string[];
}

/** Said where a figure is another one and none of what is looked at has changed. */
export const UNEXPLAINED = "nothing that is recorded explains it";

/** Runs that a reason names; the rest are counted. */
const RUNS = 3;

/** Files that a figure may rest on whatever its KPI; its own and those of folders are looked at by name. */
const ANY_FIGURE = ["hub.yaml", "people.yaml", "waivers.yaml"];
const ANY_FOLDER = /^(calendars|mappings|processes|handoffs)\//u;

/** Finds out what changed since figures were published, if anything; what several figures ask for is looked up once. */
export function createReasons(
  context: MeasureContext,
): (kpi: KpiDefinition, n: number, before: PublishedFigure) => Promise<readonly string[]> {
  const { store, configuration } = context;
  const changes = new Map<string, Promise<readonly StreamChanges[]>>();
  const files = new Map<string, Promise<readonly string[]>>();
  const ids = new Map<string, Promise<ReadonlySet<string>>>();
  let decisions: Promise<readonly HandoffDecision[]> | null = null;
  const processes = configuration.compiled(processKind);
  const allContracts = configuration.compiled(handoffKind).map(({ name }) => name);
  const idsOf = async (contract: string): Promise<ReadonlySet<string>> =>
    new Set((await store.handoffs.handoffs(contract)).map(({ id }) => id));

  return async (kpi, n, before) => {
    const reasons: string[] = [];
    if (before.amounts === null) reasons.push("it was withdrawn");
    const { runId, asOf, publishedAt } = before;
    const changedFiles = await once(files, runId, async () => {
      const run = await store.runs.read(runId);
      return run === null || run.configurationHash === configuration.hash
        ? []
        : differing(await store.runs.configuration(run.configurationHash), configuration.content);
    });
    const relevant = changedFiles.filter(
      (file) => ANY_FIGURE.includes(file) || ANY_FOLDER.test(file) || file === `kpis/${kpi.name}.yaml`,
    );
    if (relevant.includes(`kpis/${kpi.name}.yaml`))
      reasons.push(`the KPI's own file changed without a new version: kpis/${kpi.name}.yaml`);
    const others = relevant.filter((file) => !file.startsWith("kpis/"));
    if (others.length > 0) reasons.push(`the configuration changed: ${others.join(", ")}`);

    const streams = new Set(kpiSources(kpi, configuration).map(({ system, stream }) => `${system} ${stream}`));
    const since = await once(changes, runId, () => store.records.changesSince(runId, asOf));
    for (const each of since) if (streams.has(`${each.system} ${each.stream}`)) reasons.push(changeText(each));

    const { contracts } = subjectsOf(kpi, processes, allContracts);
    if (contracts.length > 0) {
      decisions ??= store.handoffs.decisions();
      const later = (await decisions).filter(({ at }) => at > publishedAt);
      const own =
        later.length === 0 ? [] : await Promise.all(contracts.map((name) => once(ids, name, () => idsOf(name))));
      const said = later.filter(({ handoffId }) => own.some((known) => known.has(handoffId)));
      if (said.length > 0) reasons.push(`of its handoffs, waived, snoozed or taken up again: ${said.length}`);
    }
    const open = publishedNumber(before, "nOpen") ?? 0;
    const counted = n - (publishedNumber(before, "n") ?? 0);
    if (open > 0 && counted > 0) reasons.push(`${open} were not decided then, and ${counted} more count now`);
    return reasons;
  };
}

async function once<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  find: () => Promise<Value>,
): Promise<Value> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}

function differing(before: Json, after: Readonly<Record<string, Json>>): readonly string[] {
  const former = isJsonObject(before) ? before : {};
  const names = [...new Set([...Object.keys(former), ...Object.keys(after)])].sort();
  return names.filter((name) => JSON.stringify(former[name]) !== JSON.stringify(after[name]));
}

/** `records of salesforce Lead: 1 changed (00Q5; run 3f2a9c1b)`: what came of a stream's records, which, and who stored it. */
export function changeText({ system, stream, named, runs, ...counts }: StreamChanges): string {
  const { added, late, changed, removed, merged } = counts;
  const parts = [
    added === 0 ? null : `${added} new${late === 0 ? "" : ` (${late} of them late)`}`,
    changed === 0 ? null : `${changed} changed`,
    removed === 0 ? null : `${removed} removed`,
    merged === 0 ? null : `${merged} merged into others`,
  ].filter((part) => part !== null);
  const by = `${runs.length === 1 ? "run" : "runs"} ${listed(
    runs.slice(0, RUNS).map((run) => run.slice(0, 8)),
    runs.length,
  )}`;
  return `records of ${system} ${stream}: ${parts.join(", ")} (${listed(named, added + changed + removed + merged)}; ${by})`;
}

function listed(first: readonly string[], of: number): string {
  return `${first.join(", ")}${of === first.length ? "" : ` and ${of - first.length} more`}`;
}
