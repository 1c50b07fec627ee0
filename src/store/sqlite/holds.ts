import { HOUR } from "../../model/index.ts";
import type { Holder, HoldPort, Instant } from "../../model/index.ts";
import type { Database } from "./database.ts";

/** Longer than any one call takes, between which a hold is kept. */
const HOLD_MS = HOUR;

/** A row of the leases. */
export interface Held {
  readonly owner: string;
  readonly expires_at: Instant;
}

/** Whether another process, alive as far as anybody can tell, has it. */
export function heldByAnother(held: Held, { owner, isAlive, wallNow }: Holder): boolean {
  return held.owner !== "" && held.owner !== owner && held.expires_at > wallNow() && isAlive(held.owner);
}

export function createHoldPort(database: Database): HoldPort {
  return {
    async take(name, by) {
      return database.transaction(() => {
        const held = database.get<Held>("select owner, expires_at from lease where name = ?", rowOf(name));
        if (held !== undefined && heldByAnother(held, by)) return held.owner;
        database.run(
          `insert into lease (name, run_id, token, owner, expires_at) values (?, '', 0, ?, ?)
           on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at`,
          rowOf(name),
          by.owner,
          by.wallNow() + HOLD_MS,
        );
        return null;
      });
    },
    async giveBack(name, owner) {
      database.run("delete from lease where name = ? and owner = ?", rowOf(name), owner);
    },
  };
}

/** Never the name of the writer's lease. */
const rowOf = (name: string): string => `hold ${name}`;
