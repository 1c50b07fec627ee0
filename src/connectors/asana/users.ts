import { z } from "zod";
import { MINUTE } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { notAssignable } from "../kit/index.ts";
import type { Assignment } from "../kit/index.ts";
import type { AsanaGateway } from "./gateway.ts";

const userSchema = z.looseObject({ gid: z.string(), name: z.string().nullish(), email: z.string().nullish() });
type User = z.output<typeof userSchema>;

/** How long a listing holds: a run that writes asks for it with each person, and somebody may leave meanwhile. */
const LISTED_FOR_MS = MINUTE;

/** Who belongs to the workspace now; whoever left is no longer listed. */
export type UserListing = (signal: AbortSignal) => Promise<readonly User[]>;

export function userListing(gateway: AsanaGateway, workspace: (signal: AbortSignal) => Promise<string>): UserListing {
  let last: { readonly users: readonly User[]; readonly at: Instant } | null = null;
  return async (signal) => {
    if (last !== null && gateway.now() - last.at < LISTED_FOR_MS) return last.users;
    const at = gateway.now();
    const users: User[] = [];
    const query = { workspace: await workspace(signal), opt_fields: "gid,name,email" };
    for await (const page of gateway.list("/users", {}, query, signal))
      for (const row of page.rows) {
        const parsed = userSchema.safeParse(row);
        if (parsed.success) users.push(parsed.data);
      }
    last = { users, at };
    return users;
  };
}

/**
 * The gid of each person that a write names by gid or e-mail address.
 * @throws HubError HUB-1250 for somebody the workspace does not list.
 */
export async function accountsOf(
  listing: UserListing,
  assignments: readonly Assignment[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const accounts = new Map<string, string>();
  if (assignments.length === 0) return accounts;
  const users = await listing(signal);
  for (const assignment of assignments) {
    const wanted = assignment.person.toLowerCase();
    const user = users.find(({ gid, email }) => gid === wanted || email?.toLowerCase() === wanted);
    if (user === undefined) throw notAssignable(assignment, "the workspace lists no such member");
    accounts.set(assignment.person, user.gid);
  }
  return accounts;
}
