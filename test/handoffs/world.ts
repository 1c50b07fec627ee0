import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { compileContract, handoffSchema, reconcile } from "../../src/handoffs/index.ts";
import type { Contract, Objects, ReconcileInput } from "../../src/handoffs/index.ts";
import { createBusinessCalendar, HOUR } from "../../src/model/index.ts";
import type {
  Actor,
  ActorEvidence,
  AttributeChange,
  Canonical,
  Handoff,
  Instant,
  LinkedObject,
  ModelEvent,
  ModelObject,
} from "../../src/model/index.ts";

export const calendar = createBusinessCalendar({
  name: "us-business",
  zone: "America/Los_Angeles",
  weekly: {
    1: [["09:00", "17:00"]],
    2: [["09:00", "17:00"]],
    3: [["09:00", "17:00"]],
    4: [["09:00", "17:00"]],
    5: [["09:00", "17:00"]],
  },
  holidays: [],
});

/** Monday 09:00 in Los Angeles. */
export const T0 = Date.parse("2026-06-01T16:00:00Z");
export const hours = (n: number): Instant => T0 + n * HOUR;

export function contractFile(name: string): Contract {
  return compileContract(handoffSchema.parse(parse(readFileSync(`config/handoffs/${name}.yaml`, "utf8"))), {
    calendar,
  });
}

function actor(id: string, more: Partial<Actor> = {}): Actor {
  const accounts = ["salesforce/org", "asana/ws", "monday/acc"].map((tenant) => ({
    key: `${tenant}/${id}`,
    method: "email",
    why: "",
  }));
  return { id, name: id, kind: "human", team: null, backup: null, active: true, accounts, ...more };
}

export const actors: readonly Actor[] = [
  actor("dana"),
  actor("kate"),
  actor("gone", { active: false, backup: "kate" }),
  actor("robot", { kind: "service" }),
];

const byId = new Map(actors.map((each) => [each.id, each]));
export const by = (person: string | null): ActorEvidence => ({
  person,
  kind: person === null ? "automation" : "unknown",
});

export interface Made {
  readonly id: string;
  readonly at?: Instant;
  readonly attributes?: Readonly<Record<string, Canonical>>;
  readonly references?: Readonly<Record<string, string>>;
  /** `[stage, hours, who]`. */
  readonly stages?: readonly (readonly [stage: string, at: number, who?: string | null])[];
  /** `[step, hours]`. */
  readonly steps?: readonly (readonly [step: string, at: number])[];
  readonly history?: readonly (readonly [attribute: string, value: Canonical, at: number, who?: string | null])[];
  readonly removed?: ModelObject["removed"];
}

function make(type: string, stream: string, made: Made): LinkedObject {
  const key = `${stream}/${made.id}`;
  const attributes = made.attributes ?? {};
  const event = (more: Partial<ModelEvent>, at: number, sequence: number, who: string | null): ModelEvent => ({
    id: `${key}${sequence}`,
    type: "",
    objectKey: key,
    objectType: type,
    occurredAt: hours(at),
    precision: "s",
    sequence,
    by: by(who),
    stage: null,
    fromStage: null,
    attributes: {},
    references: [],
    source: { stream: "s", id: "1" },
    mapping: "m",
    derivation: "d",
    ...more,
  });
  const events = [
    ...(made.stages ?? []).map(([stage, at, who], n) =>
      event({ type: `${stage} entered`, stage }, at, n, who === undefined ? "dana" : who),
    ),
    ...(made.steps ?? []).map(([step, at], n) =>
      event(
        { type: "step completed", objectType: "onboarding-step", objectKey: `${key}-${step}`, attributes: { step } },
        at,
        100 + n,
        "dana",
      ),
    ),
  ].sort((left, right) => left.occurredAt - right.occurredAt || left.sequence - right.sequence);
  const history: readonly AttributeChange[] = (made.history ?? []).map(([attribute, value, at, who]) => ({
    attribute,
    value,
    validAt: hours(at),
    observedAt: hours(at),
    source: "history",
    by: by(who === undefined ? "dana" : who),
  }));
  const persons = Object.entries(attributes).flatMap(([name, value]): [string, Actor | null][] =>
    typeof value === "object" && value !== null && "person" in value ? [[name, byId.get(value.person) ?? null]] : [],
  );
  return {
    object: {
      key,
      type,
      mapping: "m",
      attributes,
      history,
      references: [],
      createdAt: made.at ?? hours(-1000),
      removed: made.removed ?? null,
      url: null,
    },
    id: key,
    nativeId: made.id,
    references: made.references ?? {},
    persons: Object.fromEntries(persons),
    events,
  };
}

const DEAL = {
  name: "Acme deal",
  kind: "New Business",
  amount: { amount: 9000, currency: "EUR", corporate: 9720 },
  csm: { person: "dana" },
  go_live: { day: "2026-07-01" },
  contract_number: "C-1",
};

/** A new-business deal won at T0, unless said otherwise. */
export function deal(made: Partial<Made> = {}): LinkedObject {
  return make("opportunity", "salesforce/org/Opportunity", {
    id: "006A",
    stages: [
      ["Proposal", -100],
      ["Closed Won", 0],
    ],
    references: { account: "acme" },
    ...made,
    attributes: { ...DEAL, ...made.attributes },
  });
}

/** An onboarding that agrees with {@link deal} and carries neither link nor key. */
export function onboarding(made: Partial<Made> = {}): LinkedObject {
  return make("onboarding", "asana/ws/project", {
    id: "120",
    at: hours(5),
    ...made,
    attributes: {
      name: "Onboarding: Acme, Inc.",
      deal_amount: 9000,
      owner: { person: "dana" },
      due_date: { day: "2026-07-01" },
      ...made.attributes,
    },
  });
}

export function lead(made: Partial<Made> = {}): LinkedObject {
  return make("lead", "salesforce/org/Lead", {
    id: "00Q",
    ...made,
    attributes: { name: "Lee", owner: { person: "dana" }, ...made.attributes },
  });
}

export function feature(made: Partial<Made> = {}): LinkedObject {
  return make("feature", "monday/acc/item", {
    id: "77",
    stages: [
      ["Planning", -10],
      ["Committed", 0],
    ],
    ...made,
    attributes: { name: "Dark mode", feature_key: "F-012", ...made.attributes },
  });
}

export function epic(made: Partial<Made> = {}): LinkedObject {
  return make("epic", "asana/ws/task", {
    id: "990",
    at: hours(5),
    ...made,
    attributes: { name: "dark  MODE", ...made.attributes },
  });
}

export function input(
  sources: Objects,
  targets: Objects,
  asOf: Instant,
  more: Partial<ReconcileInput> = {},
): ReconcileInput {
  return {
    asOf,
    calendar,
    sources,
    targets,
    actors,
    related: new Map([
      ["acme", { name: "Acme, Inc." }],
      ["acme2", { name: "Acme Ltd" }],
    ]),
    waivers: new Map(),
    ...more,
  };
}

export function states(contract: Contract, given: ReconcileInput): readonly string[] {
  return reconcile(contract, given).map(say);
}

/** `#1 matched on_time in_sync accepted → matched`, with the target when there is one. */
export function say(handoff: Handoff): string {
  const target = handoff.targetKey === null ? "" : ` [${handoff.targetKey.split("/").at(-1)}]`;
  if (handoff.historical) return `#${handoff.occurrence} historical`;
  return `#${handoff.occurrence} ${handoff.link} ${handoff.timeliness} ${handoff.content} ${handoff.decision} → ${handoff.label}${target}`;
}
