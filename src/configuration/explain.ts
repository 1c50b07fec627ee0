import type { CompiledMapping, MappingFile } from "../mappings/index.ts";
import type { Configuration } from "./configuration.ts";
import { waiverSentence } from "./waivers-file.ts";

const MONTH_NAMES = new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" });

/** Says the configuration back in plain sentences, for `hub config check`. */
export function explainConfiguration(configuration: Configuration): readonly string[] {
  const { company, zone, fiscalYearStart, calendar, money, people } = configuration;
  const month = MONTH_NAMES.format(Date.UTC(2000, fiscalYearStart - 1, 1));
  const rates = Object.entries(money.rates).map(
    ([currency, rows]) => `1 ${currency} = ${rateText(rows)} ${money.corporate}`,
  );
  return [
    `${company} reports in ${zone}; its fiscal year starts in ${month}; business time follows the calendar ${calendar.name}.`,
    `Amounts are brought to ${money.corporate}${rates.length === 0 ? "" : ` (${rates.join("; ")})`}.`,
    ...[...configuration.connections.values()].map(({ name, connector }) =>
      connectionSentence(configuration, name, connector.title),
    ),
    peopleSentence(people),
    ...configuration.mappingFiles.map(({ mapping, file }) => mappingSentence(mapping, file)),
    ...matchingSentences(configuration.matching),
    ...configuration.kinds.flatMap((kind) => configuration.compiled(kind).map((each) => kind.explain(each))),
    ...configuration.waivers.map(waiverSentence),
    ...(configuration.automationClients.length === 0
      ? []
      : [`What ${list(configuration.automationClients)} do is automation.`]),
    publishSentence(configuration),
  ];
}

function connectionSentence({ mappings }: Configuration, name: string, title: string): string {
  const selection = Object.entries(mappings.selection(name));
  if (selection.length === 0) return `${name} is ${title}; no mapping reads from it.`;
  const streams = selection.map(([stream, fields]) => `${stream} (${count(fields.length, "field")})`);
  return `${name} is ${title}; it is asked for ${list(streams)}.`;
}

function peopleSentence(people: Configuration["people"]): string {
  const humans = people.filter((person) => person.service !== true && person.queue !== true);
  const services = people.filter((person) => person.service === true).length;
  const queues = people.filter((person) => person.queue === true).length;
  return `${count(humans.length, "person", "people")}, ${count(services, "service account")} and ${count(queues, "queue")} are known.`;
}

function mappingSentence(mapping: CompiledMapping, file: MappingFile): string {
  const where = [
    ...(file.where === undefined ? [] : [` for which ${file.where}`]),
    ...(file.unless === undefined ? [] : [` unless ${file.unless}`]),
  ].join("");
  const attributes = mapping.readers.filter((reader) => reader.target === null).map((reader) => reader.name);
  const references = mapping.readers.filter((reader) => reader.target !== null).map((reader) => reader.name);
  const stages =
    mapping.stages === undefined
      ? ""
      : mapping.stages === null
        ? `; its stage is ${file.stage?.from ?? ""} as it comes`
        : `; its stages are ${list(mapping.stages)}, from ${file.stage?.from ?? ""}`;
  const events = Object.entries(file.events ?? {}).map(
    ([type, spec]) => `"${type}" (${typeof spec === "string" ? spec : spec.when})`,
  );
  return [
    `Each record of ${mapping.connection}.${mapping.stream}${where} becomes ${article(mapping.objectType)}`,
    attributes.length === 0 ? "" : ` with ${list(attributes)}`,
    references.length === 0 ? "" : `, tied to ${list(references)}`,
    stages,
    events.length === 0 ? "" : `; events ${list(events)}`,
    file.keep === undefined ? "" : `; ${list(file.keep)} kept for later`,
    ".",
  ].join("");
}

function matchingSentences({ companies, domains, aliases, thresholds }: Configuration["matching"]): readonly string[] {
  const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
  const known = aliases.companies.size + aliases.domains.size;
  return [
    ...(companies.size === 0
      ? []
      : [
          `References by ${list([...companies])} are also found in other spellings, where one company is ${percent(thresholds.accept)} likely and ${percent(thresholds.margin)} ahead of any other.`,
        ]),
    ...(domains.size === 0
      ? []
      : [`References by ${list([...domains])} go by the registrable domain; free mail refers to nobody.`]),
    ...(known === 0 ? [] : [`${count(known, "alias", "aliases")} of companies and domains are known.`]),
  ];
}

function publishSentence({ publish }: Configuration): string {
  const where = publish.connection === null ? "written to files only" : `published to ${publish.connection}`;
  return `Extracts are ${where}, as ${list(publish.formats)}.`;
}

function rateText(rows: readonly { readonly from: string; readonly rate: number }[]): string {
  const [only, ...more] = rows;
  if (only === undefined || more.length === 0) return String(only?.rate ?? "unknown");
  return rows.map((row) => `${String(row.rate)} from ${row.from}`).join(", ");
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${String(n)} ${n === 1 ? one : many}`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

function article(noun: string): string {
  return `${/^[aeiou]/u.test(noun) ? "an" : "a"} ${noun}`;
}
