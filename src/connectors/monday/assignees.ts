import { z } from "zod";
import { notAssignable } from "../kit/index.ts";
import type { Assignment } from "../kit/index.ts";
import { PEOPLE_BY_EMAIL, PEOPLE_BY_ID } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";

const peopleSchema = z.object({
  users: z
    .array(z.object({ id: z.string(), email: z.string(), status: z.string(), is_deleted: z.boolean() }).nullable())
    .nullable(),
});

/** What is written for each person named. */
export type Accounts = ReadonlyMap<string, string>;

/**
 * The user id of each person that a write names by id or e-mail address.
 * @throws HubError HUB-1250 for somebody who is not active in the account.
 */
export async function accountsOf(
  gateway: MondayGateway,
  assignments: readonly Assignment[],
  signal: AbortSignal,
): Promise<Accounts> {
  const accounts = new Map<string, string>();
  const asked = [...new Set(assignments.map(({ person }) => person))];
  const active = new Map<string, boolean>();
  for (const [query, wanted] of [
    [PEOPLE_BY_ID, asked.filter(isId)],
    [PEOPLE_BY_EMAIL, asked.filter((person) => !isId(person))],
  ] as const) {
    if (wanted.length === 0) continue;
    const { data } = await gateway.ask({
      operation: "users",
      query,
      variables: { wanted, limit: wanted.length },
      answer: peopleSchema,
      signal,
    });
    for (const user of data.users ?? []) {
      if (user === null) continue;
      for (const name of [user.id, user.email.toLowerCase()]) {
        active.set(name, user.status.toUpperCase() === "ACTIVE" && !user.is_deleted);
        accounts.set(name, user.id);
      }
    }
  }
  const known = new Map<string, string>();
  for (const assignment of assignments) {
    const key = assignment.person.toLowerCase();
    if (active.get(key) !== true)
      throw notAssignable(assignment, active.has(key) ? "the user is not active" : "monday.com has no such user");
    known.set(assignment.person, accounts.get(key) ?? assignment.person);
  }
  return known;
}

const isId = (text: string): boolean => /^\d+$/u.test(text);
