import type { Actor, Canonical, Handoff, LinkedObject } from "../../../src/model/index.ts";
import { DAY, hashText, HOUR } from "../../../src/model/index.ts";
import type { MeasureOptions, MeasureSource, Waiver } from "../../../src/kpis/index.ts";
import { seededRandom } from "../../../src/kpis/statistics/random.ts";
import { linked, person } from "./build.ts";
import { makeCompany, optionsOf } from "./company.ts";

const TYPES = ["lead", "onboarding", "incident", "hire", "close-period", "account", "opportunity"];
const STAGES = ["Working", "SQL", "Converted", "Disqualified", "Resolved", "Mitigated", "Day one", "Review", "Closed"];

/** A small company whose records, people, waivers and handoffs change from one measuring to the next. */
export class ChangingCompany {
  readonly #random: () => number;
  readonly #objects: Map<string, LinkedObject[]>;
  #handoffs: readonly Handoff[];
  #asOf: number;
  #made = 0;
  #waivers: readonly Waiver[] = [];
  #dana: Actor = person("dana", "human", "Customer Success");

  constructor(seed: number, asOf: number) {
    const company = makeCompany(0.03, seed);
    this.#random = seededRandom(seed);
    this.#objects = new Map([...company.objects].map(([type, objects]) => [type, [...objects]]));
    this.#handoffs = company.handoffs;
    this.#asOf = asOf;
  }

  /** Objects that a process follows. */
  get cases(): number {
    const { processes } = this.options();
    return processes.reduce((sum, { caseType }) => sum + (this.#objects.get(caseType)?.length ?? 0), 0);
  }

  options(changes: Partial<MeasureOptions> = {}): MeasureOptions {
    const source = this.#source(() => undefined);
    const bot = person("bot", "service");
    const base = optionsOf({ objects: this.#objects, handoffs: this.#handoffs });
    return {
      ...base,
      // Enough to see that values are made of the same rows; what they are is tested elsewhere.
      kpis: base.kpis.filter(({ name }) => ["process-compliance", "stage-cycle-time"].includes(name)),
      asOf: this.#asOf,
      source,
      waivers: this.#waivers,
      actorOf: (key) => (key.endsWith("/bot") ? bot : key.endsWith("/dana") ? this.#dana : undefined),
      ...changes,
    };
  }

  /** A source that breaks off in the middle of the onboardings. */
  breakingOff(): MeasureSource {
    let left = 3;
    return this.#source(() => {
      left -= 1;
      if (left < 0) throw new Error("broke off");
    });
  }

  changeSomething(): void {
    const changes: readonly (() => void)[] = [
      () => this.moveOn(this.#pick(TYPES)),
      () => this.#remove(this.#pick(TYPES)),
      () => this.#add(),
      () => this.#fill(this.#pick(TYPES)),
      () => this.moveAccounts(),
      () => this.moveTeam(),
      () => this.waive(),
      () => this.#claim(),
    ];
    for (let i = 0; i < 3; i += 1) this.#pick(changes)();
    this.#asOf += Math.floor(this.#random() * 5 * DAY);
  }

  /** Something more happens to an object. */
  moveOn(type: string): void {
    this.#change(type, (object) => {
      const last = object.events.at(-1)?.occurredAt ?? this.#asOf;
      const at = new Date(Math.max(last, this.#asOf - DAY) + this.#random() * 3 * DAY).toISOString();
      const [event] = linked(type, `${object.nativeId}-${(this.#made += 1)}`, [
        { at, stage: this.#pick(STAGES) },
      ]).events.map((made) => ({ ...made, objectKey: object.id }));
      return event === undefined ? object : { ...object, events: [...object.events, event] };
    });
  }

  /** Accounts change their segment and region, which cases take from them. */
  moveAccounts(): void {
    const [segment, region] = [this.#pick(["SMB", "Enterprise"]), `R${(this.#made += 1)}`];
    const moved = (this.#objects.get("account") ?? []).map((account) =>
      withAttribute(withAttribute(account, "segment", segment), "region", region),
    );
    this.#objects.set("account", moved);
  }

  moveTeam(): void {
    this.#dana = person("dana", "human", this.#dana.team === "Sales" ? "Customer Success" : "Sales");
  }

  waive(): void {
    const leads = this.#objects.get("lead") ?? [];
    const until = this.#random() < 0.5 ? null : this.#asOf + 2 * DAY;
    const waived = leads.map(({ id }): Waiver => ({
      process: "lead-to-opportunity",
      rule: "R1",
      caseId: id,
      where: {},
      reason: "agreed",
      approver: "dana",
      until,
    }));
    this.#waivers = waived;
  }

  #remove(type: string): void {
    const objects = this.#objects.get(type) ?? [];
    if (this.#random() < 0.5) {
      objects.splice(Math.floor(this.#random() * objects.length), 1);
      return;
    }
    this.#change(type, (object) => ({
      ...object,
      object: { ...object.object, removed: { cause: "deleted", at: this.#random() < 0.5 ? null : this.#asOf + HOUR } },
    }));
  }

  #add(): void {
    const at = new Date(this.#asOf - DAY + this.#random() * 4 * DAY).toISOString();
    this.#made += 1;
    this.#objects.get("lead")?.push(
      linked("lead", `new${this.#made}`, [
        { at, type: "lead created" },
        { at, stage: "New" },
      ]),
    );
    this.#objects.get("onboarding")?.push(
      linked("onboarding", `new${this.#made}`, [{ at, type: "onboarding created" }], {
        opportunity_id: `opp${Math.floor(this.#random() * 7)}`,
      }),
    );
  }

  #fill(type: string): void {
    this.#change(type, (object) => withAttribute(object, this.#pick(["segment", "owner", "due_on"]), `v${this.#made}`));
  }

  /** A handoff turns to another target. */
  #claim(): void {
    const targets = this.#objects.get("onboarding") ?? [];
    const target = targets[Math.floor(this.#random() * targets.length)];
    const at = Math.floor(this.#random() * this.#handoffs.length);
    this.#handoffs = this.#handoffs.map((handoff, index) =>
      index === at
        ? {
            ...handoff,
            targetKey: target?.id ?? null,
            triggeredAt: this.#asOf + Math.floor((this.#random() - 0.5) * DAY),
          }
        : handoff,
    );
  }

  #change(type: string, change: (object: LinkedObject) => LinkedObject): void {
    const objects = this.#objects.get(type) ?? [];
    const at = Math.floor(this.#random() * objects.length);
    const object = objects[at];
    if (object !== undefined) objects[at] = change(object);
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  #source(onEach: () => void): MeasureSource {
    const [all, given] = [this.#objects, this.#handoffs];
    return {
      async *objects(type, _, only) {
        for (const object of all.get(type) ?? []) {
          if (only !== undefined && !only.has(object.id)) continue;
          if (type === "onboarding") onEach();
          yield await Promise.resolve(object);
        }
      },
      async *digests(type) {
        yield await Promise.resolve(
          (all.get(type) ?? []).map((object) => ({ id: object.id, digest: hashText(JSON.stringify(object)) })),
        );
      },
      async *handoffs() {
        for (const handoff of given) yield await Promise.resolve(handoff);
      },
    };
  }
}

function withAttribute(linked: LinkedObject, name: string, value: Canonical): LinkedObject {
  const { object } = linked;
  return { ...linked, object: { ...object, attributes: { ...object.attributes, [name]: value } } };
}
