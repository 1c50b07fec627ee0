import type { KindProblem } from "../file-kind.ts";
import type { PeopleFile } from "../people-file.ts";
import { suggestion } from "../shape.ts";
import type { ModelVocabulary, ObjectTypeWords } from "../vocabulary.ts";
import type { NodePath } from "../yaml-file.ts";

/** An object type that no mapping makes. */
export function checkType(type: string, path: NodePath, vocabulary: ModelVocabulary): readonly KindProblem[] {
  if (vocabulary.has(type)) return [];
  return [
    {
      code: "HUB-2023",
      message: `No mapping makes objects of the type "${type}".`,
      path,
      remedy: suggestion(type, [...vocabulary.keys()]),
    },
  ];
}

/** An attribute that the type, or the type behind its reference, does not have. */
export function checkAttributePath(
  { via, attribute }: { readonly via: string | null; readonly attribute: string },
  path: NodePath,
  words: ObjectTypeWords,
  vocabulary: ModelVocabulary,
): readonly KindProblem[] {
  if (via !== null && !words.references.includes(via)) {
    return [
      {
        code: "HUB-2024",
        message: `Objects of the type ${words.type} have no reference "${via}".`,
        path,
        remedy: suggestion(via, words.references),
      },
    ];
  }
  // A reference is usually named after the type it leads to; where it is not, the target is known only from data.
  const holder = via === null ? words : vocabulary.get(via);
  if (holder === undefined || holder.attributes.has(attribute)) return [];
  return [
    {
      code: "HUB-2024",
      message: `Objects of the type ${holder.type} have no attribute "${attribute}".`,
      path,
      remedy: suggestion(attribute, [...holder.attributes.keys()]),
    },
  ];
}

/** A team that nobody in people.yaml belongs to. */
export function checkTeam(team: string, path: NodePath, people: PeopleFile): readonly KindProblem[] {
  const teams = teamsOf(people);
  if (people.length === 0 || teams.includes(team)) return [];
  return [
    {
      code: "HUB-2030",
      message: `Nobody in people.yaml belongs to the team "${team}".`,
      path,
      remedy: suggestion(team, teams),
    },
  ];
}

/** All teams of people.yaml. */
export function teamsOf(people: PeopleFile): readonly string[] {
  return [
    ...new Set(
      people.flatMap(({ team }) => (team === undefined ? [] : typeof team === "string" ? [team] : Object.keys(team))),
    ),
  ];
}
