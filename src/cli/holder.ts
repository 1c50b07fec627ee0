import { hostname } from "node:os";
import type { Holds } from "../connectors/kit/index.ts";
import type { Holder, StorePort } from "../model/index.ts";
import type { Machine } from "./terminal.ts";

/** This process, as others on the store see it. */
export function holderOn({ wallNow }: Pick<Machine, "wallNow">): Holder {
  return { owner: `${hostname()}:${process.pid}`, isAlive: ownerIsAlive, wallNow };
}

/** What this process may have to itself among all on the store. */
export function holdsOf({ holds }: Pick<StorePort, "holds">, machine: Pick<Machine, "wallNow">): Holds {
  const holder = holderOn(machine);
  return { take: (name) => holds.take(name, holder), giveBack: (name) => holds.giveBack(name, holder.owner) };
}

/** `host:pid`; a process of another host cannot be asked and counts as alive until its lease expires. */
function ownerIsAlive(owner: string): boolean {
  const [host, pid] = owner.split(":");
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}
