import { DAY } from "./calendar.ts";
import type { Random } from "./random.ts";
import { ROSTER } from "./roster.ts";
import type { Job, RosterEntry, Team } from "./roster.ts";

/** Who does what, and who has left; the rest of the story asks here instead of the roster. */
export interface Staff {
  readonly marketingAutomation: RosterEntry;
  readonly integration: RosterEntry;
  readonly bot: RosterEntry;
  readonly marketers: readonly RosterEntry[];
  readonly salesManager: RosterEntry;
  readonly sellers: readonly RosterEntry[];
  readonly developmentReps: readonly RosterEntry[];
  readonly successManagers: readonly RosterEntry[];
  readonly productManagers: readonly RosterEntry[];
  readonly engineers: readonly RosterEntry[];
  /** When somebody left, by name. */
  readonly leftAt: ReadonlyMap<string, number>;
  team(team: Team): readonly RosterEntry[];
  /** A Customer Success Manager employed at the instant. */
  successManagerAt(random: Random, at: number): RosterEntry;
}

function byJob(job: Job): readonly RosterEntry[] {
  return ROSTER.filter((entry) => entry.job === job);
}

function service(name: string): RosterEntry {
  const entry = ROSTER.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`The roster has no ${name}.`);
  return entry;
}

/** Decides who has left by the as-of: one or two Customer Success Managers, within the last three weeks. */
export function createStaff(random: Random, asOf: number): Staff {
  const successManagers = byJob("csm");
  const leftAt = new Map<string, number>();
  for (const person of random.shuffled(successManagers).slice(0, random.int(1, 2))) {
    leftAt.set(person.name, asOf - Math.round(random.between(5, 14)) * DAY);
  }
  const [salesManager] = byJob("sales manager");
  if (salesManager === undefined) throw new Error("The roster has no sales manager.");
  return {
    marketingAutomation: service("Marketing automation"),
    integration: service("Integration user"),
    bot: service("Asana bot"),
    marketers: byJob("marketer"),
    salesManager,
    sellers: byJob("ae"),
    developmentReps: byJob("sdr"),
    successManagers,
    productManagers: byJob("pm"),
    engineers: byJob("engineer"),
    leftAt,
    team: (team) => ROSTER.filter((entry) => entry.team === team && entry.service !== true),
    successManagerAt: (random, at) =>
      random.pick(successManagers.filter((person) => (leftAt.get(person.name) ?? Infinity) > at)),
  };
}
