import type { KnownPerson } from "../matching/index.ts";
import type { Day } from "../model/index.ts";
import type { PeopleFile, PersonFile } from "./people-file.ts";

/** The people file as of one day: who is in which team, and who takes over for whom. */
export function knownPeople(people: PeopleFile, day: Day): readonly KnownPerson[] {
  const ids = new Map(
    people.flatMap((person) => [person.name, idOf(person)].map((name) => [name, idOf(person)] as const)),
  );
  return people.map((person) => ({
    id: idOf(person),
    name: person.name,
    kind: person.service === true ? "service" : person.queue === true ? "queue" : "human",
    team: teamOn(person.team, day),
    backup: person.backup === undefined ? null : (ids.get(person.backup) ?? null),
    emails: person.emails ?? [],
    accounts: Object.fromEntries(
      Object.entries(person.ids).map(([connection, account]) => [
        connection,
        typeof account === "string" ? [account] : account,
      ]),
    ),
  }));
}

/** `dana-ortiz` for Dana Ortiz, unless the file says otherwise. */
function idOf(person: PersonFile): string {
  return (
    person.id
    ?? person.name
      .normalize("NFKD")
      .replaceAll(/\p{M}/gu, "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-|-$/gu, "")
  );
}

function teamOn(team: PersonFile["team"], day: Day): string | null {
  if (team === undefined || typeof team === "string") return team ?? null;
  const current = Object.entries(team).find(
    ([, { from, to }]) => (from === undefined || from <= day) && (to === undefined || day <= to),
  );
  return current?.[0] ?? null;
}
