import { notAssignable } from "../kit/index.ts";
import type { Assignment } from "../kit/index.ts";
import type { SalesforceClient } from "./client.ts";
import { fullId } from "./ids.ts";
import { either, oneOf } from "./soql.ts";

const USER_FIELDS = ["Id", "Username", "Email", "IsActive"];
const MOST_NAMES = 50;

/** What is written for each person named. */
export type Accounts = ReadonlyMap<string, string>;

/**
 * The user id behind each person that writes name by id, user name or e-mail address; queues pass as they are.
 * @throws HubError HUB-1250 for somebody without an active user.
 */
export async function accountsOf(
  client: SalesforceClient,
  assignments: readonly Assignment[],
  signal: AbortSignal,
): Promise<Accounts> {
  const accounts = new Map<string, string>();
  const asked = [...new Set(assignments.map(({ person }) => person))].filter((person) => !isQueue(person));
  const active = new Map<string, boolean>();
  for (let at = 0; at < asked.length; at += MOST_NAMES) {
    const some = asked.slice(at, at + MOST_NAMES);
    const ids = some.filter(isUser);
    const names = some.filter((person) => !isUser(person));
    const where = either(
      ...(ids.length === 0 ? [] : [oneOf("Id", ids)]),
      ...(names.length === 0 ? [] : [oneOf("Username", names), oneOf("Email", names)]),
    );
    const { records } = await client.query({ object: "User", fields: USER_FIELDS, where: [where] }, false, signal);
    for (const row of records) {
      const isActive = row["IsActive"] === true;
      for (const name of [row.Id, row["Username"], row["Email"]]) {
        if (typeof name !== "string") continue;
        const key = keyOf(name);
        // Two users may share an address: the one who is there is meant.
        if (active.get(key) === true) continue;
        active.set(key, isActive);
        accounts.set(key, row.Id);
      }
    }
  }
  const known = new Map<string, string>();
  for (const assignment of assignments) {
    const { person } = assignment;
    const key = keyOf(person);
    if (!isQueue(person) && active.get(key) !== true)
      throw notAssignable(assignment, active.has(key) ? "the user is inactive" : "Salesforce has no such user");
    known.set(person, accounts.get(key) ?? person);
  }
  return known;
}

const isUser = (text: string): boolean => /^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/u.test(text);
const isQueue = (text: string): boolean => /^00G[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/u.test(text);

function keyOf(person: string): string {
  return isUser(person) ? fullId(person) : person.toLowerCase();
}
