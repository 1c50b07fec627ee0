import type { MappingFile } from "../mappings/index.ts";
import type { KindProblem } from "./file-kind.ts";
import type { ConfiguredConnection, MappingWithFile } from "./configuration.ts";
import type { PeopleFile } from "./people-file.ts";
import { suggestion } from "./shape.ts";
import type { ModelVocabulary } from "./vocabulary.ts";

/**
 * Where a mapping reads from, and the streams it points to: do they exist?
 * @param named every connection of hub.yaml, also those whose settings have a slip; of these the streams are not known.
 */
export function checkSource(
  file: MappingFile,
  connections: ReadonlyMap<string, ConfiguredConnection>,
  named: ReadonlyMap<string, string>,
): readonly KindProblem[] {
  const [name = "", ...rest] = file.from.split(".");
  const connection = connections.get(name);
  if (connection === undefined) {
    if (named.has(name)) return [];
    return [
      {
        code: "HUB-2021",
        message: `There is no connection "${name}".`,
        path: ["from"],
        remedy: suggestion(name, [...named.keys()]),
      },
    ];
  }
  const streams = connection.connector.streams(connection.settings).map((stream) => stream.name);
  const problems: KindProblem[] = [];
  const stream = rest.join(".");
  if (!streams.includes(stream)) {
    problems.push({
      code: "HUB-2022",
      message: `The connection ${name} has no stream "${stream}".`,
      path: ["from"],
      offset: name.length + 1,
      remedy: suggestion(stream, streams),
    });
  }
  for (const [field, spec] of Object.entries(file.fields)) {
    if (typeof spec === "string" || spec.stream === undefined || streams.includes(spec.stream)) continue;
    problems.push({
      code: "HUB-2022",
      message: `The connection ${name} has no stream "${spec.stream}".`,
      path: ["fields", field, "stream"],
      remedy: suggestion(spec.stream, streams),
    });
  }
  return problems;
}

/** The objects a mapping looks for by key: are their type and attribute known? */
export function checkKeys({ mapping }: MappingWithFile, vocabulary: ModelVocabulary): readonly KindProblem[] {
  return mapping.readers.flatMap(({ name, target }): readonly KindProblem[] => {
    if (target === null || !("type" in target)) return [];
    const words = vocabulary.get(target.type);
    if (words === undefined) {
      return [
        {
          code: "HUB-2023",
          message: `No mapping makes objects of the type "${target.type}".`,
          path: ["fields", name, "key", "type"],
          remedy: suggestion(target.type, [...vocabulary.keys()]),
        },
      ];
    }
    if (target.by === "id" || words.attributes.has(target.by)) return [];
    return [
      {
        code: "HUB-2024",
        message: `Objects of the type ${target.type} have no attribute "${target.by}".`,
        path: ["fields", name, "key", "by"],
        remedy: suggestion(target.by, ["id", ...words.attributes.keys()]),
      },
    ];
  });
}

/** People: accounts of known connections, backups that exist, nobody twice. */
export function checkPeople(people: PeopleFile, connections: ReadonlyMap<string, string>): readonly KindProblem[] {
  const problems: KindProblem[] = [];
  const names = new Set(
    people.flatMap((person) => (person.id === undefined ? [person.name] : [person.name, person.id])),
  );
  const seen = new Map<string, string>();
  for (const [index, person] of people.entries()) {
    const twice = seen.get(person.name);
    if (twice !== undefined) {
      problems.push({
        code: "HUB-2025",
        message: `${person.name} stands twice in people.yaml.`,
        path: [index, "name"],
        remedy: "Bring the two together, or tell them apart by their names.",
      });
    }
    seen.set(person.name, person.name);
    if (person.backup !== undefined && !names.has(person.backup)) {
      problems.push({
        code: "HUB-2026",
        message: `The backup of ${person.name}, "${person.backup}", is not in people.yaml.`,
        path: [index, "backup"],
        remedy: suggestion(person.backup, [...names]),
      });
    }
    for (const [connection, accounts] of Object.entries(person.ids)) {
      if (!connections.has(connection)) {
        problems.push({
          code: "HUB-2021",
          message: `There is no connection "${connection}".`,
          path: [index, "ids", connection],
          remedy: suggestion(connection, [...connections.keys()]),
        });
      }
      for (const account of typeof accounts === "string" ? [accounts] : accounts) {
        const key = `${connection}\0${account.toLowerCase()}`;
        const other = seen.get(key);
        if (other !== undefined && other !== person.name) {
          problems.push({
            code: "HUB-2025",
            message: `The account "${account}" of ${connection} belongs to both ${other} and ${person.name}.`,
            path: [index, "ids", connection],
            remedy: "Keep it with one of them.",
          });
        }
        seen.set(key, person.name);
      }
    }
  }
  return problems;
}
