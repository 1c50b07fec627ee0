import type { ReadMode } from "../connectors/kit/index.ts";
import { canonicalJson, hashText } from "../model/index.ts";
import type { Problem } from "../model/index.ts";
import { toldOf, resolveBindings } from "./bindings/index.ts";
import type { ToldNames, ConnectionBindings } from "./bindings/index.ts";
import type { RunContext } from "./context.ts";
import { FillTallies } from "./fill.ts";
import { linkObjects } from "./link.ts";
import type { LinkReport } from "./link.ts";
import { mapEntities } from "./map.ts";
import type { MapReport } from "./map.ts";
import { createMapper } from "./mappers.ts";
import { pull } from "./pull/index.ts";
import type { PullReport } from "./pull/index.ts";
import { skippedNames } from "./skipped-names.ts";
import { resolveAccounts } from "./people.ts";
import { pullSources } from "./sources.ts";

export interface ReadOptions {
  readonly connections?: readonly string[];
  readonly streams?: readonly string[];
  readonly mode: ReadMode;
  /** A second look within a run: it leaves no certificates beside those of the first. */
  readonly again?: boolean;
}

/** Reads the systems; commits page by page and certifies what was covered. */
export async function pullStep(context: RunContext, options: ReadOptions): Promise<PullReport> {
  const { store, fence, dependencies, progress, signal } = context;
  progress({ kind: "step", step: "pull", state: "started" });
  const report = await pull({
    sources: pullSources(context, options),
    ...(options.streams === undefined ? {} : { streams: options.streams }),
    ...(options.again === undefined ? {} : { again: options.again }),
    mode: options.mode,
    store,
    fence,
    dependencies,
    progress,
    signal,
  });
  progress({ kind: "step", step: "pull", state: "done", detail: pullDetail(report) });
  return report;
}

/** What mapping came to, with fields that are empty far more often than they were, and names that changed. */
export interface MappedReport extends MapReport {
  readonly alarms: readonly Problem[];
  readonly names: ToldNames;
  /** False while an entity is with the rejects, since this run or an earlier one, or a name is refused. */
  readonly complete: boolean;
}

/** Maps what is listed and links everything anew. */
export async function mapAndLink(
  context: RunContext,
): Promise<{ readonly map: MappedReport; readonly link: LinkReport }> {
  const map = await mapStep(context);
  return { map, link: await linkStep(context) };
}

/** Maps the listed entities, all of them where the mappings changed. */
export async function mapStep(context: RunContext): Promise<MappedReport> {
  const { store, fence, dependencies, progress, signal } = context;
  progress({ kind: "step", step: "map", state: "started" });
  const bindings = await resolveBindings(context);
  await store.mapping.mapWith(fence, mappingsHash(context, bindings));
  const tallies = new FillTallies();
  const map = await mapEntities({
    store,
    fence,
    mapperOf: (system, tenant) => createMapper(context, system, tenant, tallies, bindings),
    now: () => dependencies.clock.now(),
    progress,
    signal,
  });
  const alarms = await tallies.settle(store, fence);
  const names = toldOf(bindings);
  for (const problem of [...alarms, ...names.offers, ...names.refused]) progress({ kind: "problem", ...problem });
  progress({
    kind: "step",
    step: "map",
    state: "done",
    detail: `${count(map.mapped)} entities → ${count(map.objects)} objects, ${count(map.events)} events${map.rejected > 0 ? `, ${count(map.rejected)} rejected` : ""}`,
  });
  const complete = names.refused.length === 0 && (await store.records.unmappable()) === 0;
  return { ...map, alarms, names, complete };
}

/** Gives objects, people and references their identity. */
export async function linkStep(context: RunContext): Promise<LinkReport> {
  const { configuration, store, fence, progress } = context;
  progress({ kind: "step", step: "link", state: "started" });
  const { actors } = await resolveAccounts(context);
  const link = await linkObjects({ store, fence, actors, matching: configuration.matching });
  for (const problem of skippedNames("link", link.skipped)) progress({ kind: "problem", ...problem });
  progress({
    kind: "step",
    step: "link",
    state: "done",
    detail: `${count(link.objects)} objects, ${count(link.references)} references, ${count(link.people)} people`,
  });
  return link;
}

/** Of everything an entity's mapping depends on besides the entity itself. */
function mappingsHash({ configuration }: RunContext, bindings: ReadonlyMap<string, ConnectionBindings>): string {
  const { mappingFiles, zone, money } = configuration;
  const names = [...bindings].flatMap(([connection, { effect }]) => (effect === "" ? [] : [[connection, effect]]));
  const files = mappingFiles.map(({ file }) => file);
  return hashText(canonicalJson({ files, zone, money, ...(names.length === 0 ? {} : { names }) }));
}

function pullDetail(report: PullReport): string {
  const certificates = report.connections.flatMap((connection) => connection.certificates);
  const sum = (of: (certificate: (typeof certificates)[number]) => number): string =>
    count(certificates.reduce((total, certificate) => total + of(certificate), 0));
  return `${sum((each) => each.inserted)} new, ${sum((each) => each.changed)} changed, ${sum((each) => each.removed)} removed, ${sum((each) => each.unchanged)} unchanged; ${count(report.connections.reduce((total, each) => total + each.calls, 0))} calls`;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
