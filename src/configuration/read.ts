import path from "node:path";
import { z } from "zod";
import type { ConnectorDefinition } from "../connectors/kit/index.ts";
import { bundleMappings, mappingSchema, runMappingTests, tryCompileMapping } from "../mappings/index.ts";
import type { RateTable } from "../mappings/index.ts";
import {
  canonicalJson,
  createBusinessCalendar,
  DAY,
  hashText,
  HubError,
  parseInstant,
  toProblem,
} from "../model/index.ts";
import type { BusinessCalendar, Problem } from "../model/index.ts";
import { bindingsSchema } from "./bindings-file.ts";
import { calendarSchema, toCalendarDefinition } from "./calendar-file.ts";
import { ConfigurationError } from "./configuration.ts";
import type { Configuration, ConfiguredConnection, MappingWithFile } from "./configuration.ts";
import { readConnections } from "./connections.ts";
import { checkKeys, checkPeople, checkSource } from "./cross-references.ts";
import type { FileKind, KindContext, KindProblem } from "./file-kind.ts";
import { hubSchema, monthNumber } from "./hub-file.ts";
import type { HubFile } from "./hub-file.ts";
import { compileKind } from "./kind-files.ts";
import { checkMatching, toMatchingRules } from "./matching-file.ts";
import { peopleSchema } from "./people-file.ts";
import { checkShape, suggestion } from "./shape.ts";
import { readSourceFiles } from "./source-files.ts";
import { processKind } from "./kinds/index.ts";
import { checkWaivers, toWaivers, waiversSchema } from "./waivers-file.ts";
import { buildVocabulary } from "./vocabulary.ts";
import type { YamlFile } from "./yaml-file.ts";

export interface ReadOptions {
  /** The registry of systems. */
  readonly connectors: readonly ConnectorDefinition[];
  /** Further kinds of files, in the order in which they may refer to each other. */
  readonly kinds: readonly FileKind<unknown>[];
  /** Runs the `tests:` of the files, too. */
  readonly tests?: boolean;
  /** Texts that count instead of what stands in a file, by its path: to try a change before it is written. */
  readonly instead?: ReadonlyMap<string, string>;
}

const TOP_FILES = ["hub.yaml", "people.yaml", "waivers.yaml", "bindings.lock.yaml"];

/** Reads and checks a configuration directory as a whole; throws one ConfigurationError with every problem found. */
export async function readConfiguration(directory: string, options: ReadOptions): Promise<Configuration> {
  const { configuration, problems } = await checkConfiguration(directory, options);
  if (configuration === null || problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

/** Reads and checks a configuration directory; problems come in the order of the files and their lines. */
export async function checkConfiguration(
  directory: string,
  options: ReadOptions,
): Promise<{ readonly configuration: Configuration | null; readonly problems: readonly Problem[] }> {
  const folders = ["calendars", "mappings", ...options.kinds.map((kind) => kind.folder)];
  const files = await readSourceFiles(directory, TOP_FILES, folders, options.instead);
  const problems: Problem[] = [...files.problems];
  const all = [...files.byFolder.values()].flat();
  for (const file of all) problems.push(...file.problems);
  const inFolder = (folder: string): readonly YamlFile[] =>
    (files.byFolder.get(folder) ?? []).filter((file) => file.data !== undefined);
  const top = (name: string): YamlFile | undefined => inFolder("").find((file) => path.basename(file.file) === name);
  const report = (yaml: YamlFile, found: readonly KindProblem[]): void => {
    for (const problem of found) problems.push(placed(yaml, problem));
  };

  const hubYaml = top("hub.yaml");
  const hub = hubYaml === undefined ? null : keep(checkShape(hubYaml, hubSchema, "HUB-2010"), problems);
  if (hubYaml === undefined && !all.some((file) => path.basename(file.file) === "hub.yaml")) {
    problems.push({
      code: "HUB-2002",
      message: "There is no hub.yaml.",
      place: { file: path.join(directory, "hub.yaml") },
      remedy: "Name the configuration directory with --config DIR.",
    });
  }
  const { connections } =
    hub === null || hubYaml === undefined
      ? { connections: new Map<string, ConfiguredConnection>() }
      : collect(readConnections(hubYaml, hub, options.connectors), problems);

  // With those that cannot be used: a slip in one's settings would make every mention of it look like a slip, too.
  const named = new Map(Object.entries(hub?.connections ?? {}).map(([name, { system }]) => [name, system]));

  const calendars = new Map<string, BusinessCalendar>();
  for (const yaml of inFolder("calendars")) {
    const file = keep(checkShape(yaml, calendarSchema, "HUB-2012"), problems);
    if (file === null) continue;
    try {
      calendars.set(file.calendar, createBusinessCalendar(toCalendarDefinition(file)));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      problems.push({ ...toProblem(error), place: yaml.placeOf([]) });
    }
  }
  const peopleYaml = top("people.yaml");
  const people =
    peopleYaml === undefined ? [] : (keep(checkShape(peopleYaml, peopleSchema, "HUB-2011"), problems) ?? []);
  const bindingsYaml = top("bindings.lock.yaml");
  const bindings =
    bindingsYaml === undefined ? {} : (keep(checkShape(bindingsYaml, bindingsSchema, "HUB-2013"), problems) ?? {});
  if (hub !== null && hubYaml !== undefined) {
    report(hubYaml, checkHub(hub, calendars));
    if (peopleYaml !== undefined) report(peopleYaml, checkPeople(people, named));
  }

  const zone = hub?.time.zone ?? "UTC";
  const money = ratesOf(hub);
  const mappings: (MappingWithFile & { readonly yaml: YamlFile })[] = [];
  for (const yaml of inFolder("mappings")) {
    const file = keep(checkShape(yaml, mappingSchema, "HUB-2101"), problems);
    if (file === null) continue;
    if (hub !== null) report(yaml, checkSource(file, connections, named));
    const outcome = tryCompileMapping(file, { zone, money });
    report(yaml, outcome.problems);
    if (mappings.some((other) => other.file.mapping === file.mapping))
      report(yaml, [twice("mapping", file.mapping, ["mapping"])]);
    else if (outcome.value !== null) mappings.push({ mapping: outcome.value, file, yaml });
  }
  const vocabulary = buildVocabulary(mappings.map((each) => each.mapping));
  // A mapping that cannot be read would make every mention of its objects look like a slip, too.
  const complete = hub !== null && mappings.length === inFolder("mappings").length;
  for (const each of mappings) {
    if (complete) report(each.yaml, checkKeys(each, vocabulary));
    if (options.tests === true) report(each.yaml, runMappingTests(each.mapping, each.file));
  }

  if (complete && hubYaml !== undefined) report(hubYaml, checkMatching(hub.matching, vocabulary));

  const results = new Map<FileKind<unknown>, readonly unknown[]>();
  const places = new Map<string, ReadonlyMap<string, YamlFile>>();
  // The registry ties each result to the kind that made it; the map cannot say so in types.
  const compiled = <Compiled>(kind: FileKind<Compiled>): readonly Compiled[] =>
    (results.get(kind) ?? []) as readonly Compiled[];
  const isComplete = (kind: FileKind<unknown>): boolean =>
    (results.get(kind) ?? []).length === inFolder(kind.folder).length;
  for (const kind of options.kinds) {
    const context: Omit<KindContext, "placeOf"> = {
      zone,
      money,
      calendars,
      calendar: hub?.time.calendar ?? "",
      people,
      vocabulary,
      connections: named,
      compiled,
      isComplete,
    };
    const outcome = compileKind(kind, inFolder(kind.folder), complete ? context : null, options.tests === true);
    results.set(kind, collect(outcome, problems).values);
    places.set(kind.name, outcome.files);
  }

  const waiversYaml = top("waivers.yaml");
  const waivers =
    waiversYaml === undefined ? [] : (keep(checkShape(waiversYaml, waiversSchema, "HUB-2017"), problems) ?? []);
  if (waiversYaml !== undefined && complete && isComplete(processKind)) {
    report(waiversYaml, checkWaivers(waivers, compiled(processKind), people));
  }

  const calendar = hub === null ? undefined : calendars.get(hub.time.calendar);
  if (hub === null || calendar === undefined) return { configuration: null, problems: inOrder(problems) };
  const asOf = hub.time.as_of === undefined ? null : (parseInstant(hub.time.as_of) ?? null);
  const content = Object.fromEntries(
    all.map((file) => [path.relative(directory, file.file), z.json().parse(file.data ?? null)]),
  );
  return {
    problems: inOrder(problems),
    configuration: {
      directory,
      company: hub.company,
      zone,
      fiscalYearStart: monthNumber(hub.time.fiscal_year_starts),
      calendar,
      calendars,
      asOf,
      money,
      connections,
      schedule: hub.schedule,
      retention: {
        versionsMs: hub.retention.versions === undefined ? null : Number.parseInt(hub.retention.versions, 10) * DAY,
      },
      writes: {
        mostOperations: hub.writes.most_operations ?? 200,
        mostShare: shareOf(hub.writes.most_share ?? "10 %"),
        mostErrors: shareOf(hub.writes.most_errors ?? "5 %"),
      },
      matching: toMatchingRules(hub.matching),
      publish: {
        connection: hub.publish.connection ?? null,
        formats: hub.publish.formats,
        wholeAbove: shareOf(hub.publish.whole_above),
        onSchemaChange: hub.publish.on_schema_change,
        permissions: hub.publish.permissions.map(({ capabilities, ...whom }) =>
          "group" in whom
            ? { kind: "group", name: whom.group, capabilities }
            : { kind: "user", name: whom.user, capabilities },
        ),
      },
      people,
      waivers: toWaivers(waivers, zone),
      automationClients: hub.automation.clients,
      mappings: bundleMappings(mappings.map((each) => each.mapping)),
      vocabulary,
      bindings,
      compiled,
      kinds: options.kinds,
      placeOf: (kind, identity, at) => places.get(kind.name)?.get(identity)?.placeOf(at) ?? {},
      mappingFiles: mappings.map(({ mapping, file }) => ({ mapping, file })),
      content,
      hash: hashText(canonicalJson(Object.entries(content))),
    },
  };
}

function checkHub(hub: HubFile, calendars: ReadonlyMap<string, BusinessCalendar>): readonly KindProblem[] {
  const problems: KindProblem[] = [];
  if (!calendars.has(hub.time.calendar)) {
    problems.push({
      code: "HUB-2027",
      message: `There is no calendar "${hub.time.calendar}" under calendars/.`,
      path: ["time", "calendar"],
      remedy: suggestion(hub.time.calendar, [...calendars.keys()]),
    });
  }
  const target = hub.publish.connection;
  if (target !== undefined && !(target in hub.connections)) {
    problems.push({
      code: "HUB-2021",
      message: `There is no connection "${target}".`,
      path: ["publish", "connection"],
      remedy: suggestion(target, Object.keys(hub.connections)),
    });
  }
  if (hub.money.corporate in hub.money.rates) {
    problems.push({
      code: "HUB-2028",
      message: `${hub.money.corporate} is the corporate currency and needs no rate.`,
      path: ["money", "rates", hub.money.corporate],
      remedy: "Leave the line out.",
    });
  }
  return problems;
}

function ratesOf(hub: HubFile | null): RateTable {
  if (hub === null) return { corporate: "USD", rates: {} };
  const rates = Object.entries(hub.money.rates).map(([currency, rows]) => [
    currency,
    typeof rows === "number" ? [{ from: "1970-01-01", rate: rows }] : rows,
  ]);
  return { corporate: hub.money.corporate, rates: Object.fromEntries(rates) };
}

/** The same thing described by two files. */
export function twice(kind: string, name: string, at: KindProblem["path"]): KindProblem {
  return {
    code: "HUB-2025",
    message: `Another file describes the ${kind} "${name}", too.`,
    path: at,
    remedy: "Give one of them another name.",
  };
}

function placed(yaml: YamlFile, problem: KindProblem): Problem {
  const { code, message, remedy, path: at, offset } = problem;
  const place = yaml.placeOf(at, offset === undefined ? {} : { offset });
  return { code, message, place, ...(remedy === undefined ? {} : { remedy }) };
}

function keep<T>(
  shaped: { readonly value: T | null; readonly problems: readonly Problem[] },
  into: Problem[],
): T | null {
  into.push(...shaped.problems);
  return shaped.value;
}

function collect<T extends { readonly problems: readonly Problem[] }>(result: T, into: Problem[]): T {
  into.push(...result.problems);
  return result;
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ place }: Problem): string =>
    `${place.file ?? ""}\0${String(place.line ?? 0).padStart(6, "0")}\0${String(place.column ?? 0).padStart(6, "0")}`;
  return problems.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}

/** `10 %` → 0.1 */
function shareOf(text: string): number {
  return Number.parseFloat(text) / 100;
}
