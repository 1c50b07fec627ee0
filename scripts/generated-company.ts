import type { Canonical, Handoff, Instant, LinkedObject, ModelEvent, ObjectDigest } from "../src/model/index.ts";
import { DAY, HOUR, MINUTE } from "../src/model/index.ts";
import type { MeasureSource } from "../src/kpis/index.ts";
import { seededRandom } from "../src/kpis/statistics/random.ts";

const MONTHS_18 = 549 * DAY;
const SEGMENTS = ["SMB", "Mid-Market", "Enterprise"];
const REGIONS = ["AMER", "EMEA", "APAC"];
/** Objects of a block: what a company of one account has, roughly. */
const PER_BLOCK = { account: 1, lead: 45, opportunity: 4, onboarding: 4, feature: 8, incident: 6, hire: 2 } as const;
type Type = keyof typeof PER_BLOCK;
const TYPES = Object.keys(PER_BLOCK) as Type[];
const PROBED_BLOCKS = 200;

/** What happened, in minutes after the object began. */
interface Happening {
  readonly after: number;
  readonly type: string;
  readonly stage?: string;
  readonly step?: string;
  readonly child?: string;
  readonly by: "person" | "bot" | "rule";
}

/** A company of any size of which every object can be made by its number, so that none has to be held. */
export class GeneratedCompany implements MeasureSource {
  readonly blocks: number;
  /** Events of a block, on the average. */
  readonly eventsPerBlock: number;
  readonly #seed: number;
  readonly #asOf: Instant;
  readonly #changedEvery: number;

  /** @param changedEvery one object in so many has an event more than a company without changes; 0 for none */
  constructor(events: number, asOf: Instant, changedEvery = 0, seed = 7) {
    this.#seed = seed;
    this.#asOf = asOf;
    this.#changedEvery = changedEvery;
    let probed = 0;
    for (const type of TYPES)
      for (let i = 0; i < PROBED_BLOCKS * PER_BLOCK[type]; i += 1) probed += this.#make(type, i).events.length;
    this.eventsPerBlock = probed / PROBED_BLOCKS;
    this.blocks = Math.max(1, Math.round(events / this.eventsPerBlock));
  }

  async *objects(type: string, _joins: readonly object[], only?: ReadonlySet<string>): AsyncIterable<LinkedObject> {
    for (const [own, i] of this.#each(type)) {
      if (only !== undefined && !only.has(keyOf(own, i))) continue;
      yield this.#make(own, i);
    }
  }

  async *digests(type: string): AsyncIterable<readonly ObjectDigest[]> {
    let page: ObjectDigest[] = [];
    for (const [own, i] of this.#each(type)) {
      page.push({ id: keyOf(own, i), digest: this.#isChanged(i) ? "0123456789abcdef-changed" : "0123456789abcdef" });
      if (page.length < 1000) continue;
      yield page;
      page = [];
    }
    yield page;
  }

  async *handoffs(): AsyncIterable<Handoff> {
    for (const [, i] of this.#each("opportunity")) {
      const deal = this.#make("opportunity", i);
      const won = deal.events.at(-1)?.occurredAt ?? 0;
      const random = seededRandom(this.#seed + 31 * i);
      yield handoffOf("sales-to-cs", i, keyOf("opportunity", i), keyOf("onboarding", i), won, random, this.#asOf);
    }
    for (const [, i] of this.#each("lead")) {
      const lead = this.#make("lead", i);
      const asked = lead.events.find(({ stage }) => stage === "MQL");
      if (asked === undefined) continue;
      const random = seededRandom(this.#seed + 37 * i);
      yield handoffOf("marketing-to-sales", i, lead.id, lead.id, asked.occurredAt, random, this.#asOf);
    }
  }

  *#each(type: string): Iterable<readonly [Type, number]> {
    const own = TYPES.find((each) => each === type);
    if (own === undefined) return;
    for (let i = 0; i < this.blocks * PER_BLOCK[own]; i += 1) yield [own, i];
  }

  #isChanged(i: number): boolean {
    return this.#changedEvery > 0 && i % this.#changedEvery === 0;
  }

  #make(type: Type, i: number): LinkedObject {
    const random = seededRandom(this.#seed * 7919 + TYPES.indexOf(type) * 104_729 + i);
    const began = this.#asOf - Math.floor(random() * MONTHS_18);
    const pace = began < this.#asOf - MONTHS_18 / 1.5 ? 1 : 0.6;
    const happenings = [...HAPPENINGS[type](random, pace)];
    if (this.#isChanged(i) && happenings.length > 0)
      happenings.push({ after: 1, type: `${type} updated`, by: "person" });
    const key = keyOf(type, i);
    const account = keyOf("account", i % Math.max(1, this.blocks ?? PROBED_BLOCKS));
    const events = happenings
      .filter(({ after }) => began + after * MINUTE <= this.#asOf)
      .map((happening, at) => eventOf(happening, type, key, began, at, i));
    return {
      object: {
        key,
        type,
        mapping: "generated",
        attributes: attributesOf(type, i, random),
        history: [],
        references: [],
        createdAt: began,
        removed: null,
        url: null,
      },
      id: key,
      nativeId: `${type}${i}`,
      references: type === "account" ? {} : { account },
      persons: {},
      events,
    };
  }
}

function keyOf(type: Type, i: number): string {
  return `salesforce/1/${type}/${i}`;
}

function attributesOf(type: Type, i: number, random: () => number): Readonly<Record<string, Canonical>> {
  const segment = SEGMENTS[i % SEGMENTS.length] ?? "SMB";
  const region = REGIONS[i % REGIONS.length] ?? "AMER";
  if (type === "account") return { name: `Account ${i}`, segment, region };
  if (type === "opportunity") {
    const amount = Math.round(random() * 90_000) + 5000;
    return { name: `Deal ${i}`, amount: { amount, currency: "EUR", corporate: amount * 1.08 } };
  }
  if (type === "incident") return { name: `Incident ${i}`, severity: `S${(i % 3) + 1}` };
  return { name: `${type} ${i}`, segment, opportunity_id: `opportunity${i}` };
}

function eventOf(
  { after, type, stage, step, child, by }: Happening,
  objectType: string,
  key: string,
  began: Instant,
  at: number,
  i: number,
): ModelEvent {
  return {
    id: `${key}-${at}`,
    type,
    objectKey: child === undefined ? key : `${key}-${at}c`,
    objectType: child ?? objectType,
    occurredAt: began + Math.round(after * MINUTE),
    precision: "s",
    sequence: at,
    by:
      by === "rule"
        ? { person: null, kind: "automation", client: "Asana rule" }
        : { person: by === "bot" ? "bot" : `p${i % 200}`, kind: by === "bot" ? "api" : "human" },
    stage: stage ?? null,
    fromStage: null,
    attributes: step === undefined ? {} : { step },
    references: [],
    source: { stream: objectType, id: String(i) },
    mapping: "generated",
    derivation: "generated",
  };
}

type Maker = (random: () => number, pace: number) => Iterable<Happening>;
const days = (count: number): number => count * 24 * 60;

const inStages = (
  type: string,
  stages: readonly string[],
  longest: number,
  lost: string | null,
  automated: number,
): Maker =>
  function* (random, pace) {
    yield { after: 0, type: `${type} created`, by: "person" };
    let after = random() * 60;
    for (const [at, stage] of stages.entries()) {
      if (at === 3 && random() < 0.03) continue;
      yield { after, type: `${stage} entered`, stage, by: random() < automated ? "rule" : "person" };
      // Some go back a stage and come again.
      const before = stages[at - 1];
      if (before !== undefined && at < stages.length - 1 && random() < 0.05) {
        yield { after: (after += 200), type: `${before} entered`, stage: before, by: "person" };
        yield { after: (after += 900), type: `${stage} entered`, stage, by: "person" };
      }
      after += (0.05 + random()) * days(longest) * pace;
      if (lost === null || random() > 0.12) continue;
      yield { after, type: `${lost} entered`, stage: lost, by: "person" };
      return;
    }
  };

const STEPS = [
  "Accept handoff",
  "Welcome mail",
  "Provision workspace",
  "Kickoff call",
  "Data import",
  "Training session",
  "First value",
  "Go-live sign-off",
];

const HAPPENINGS: Readonly<Record<Type, Maker>> = {
  account: () => [],
  lead: function* (random, pace) {
    const inner = inStages("lead", ["New", "Working", "MQL", "SAL", "SQL", "Converted"], 4, "Disqualified", 0.1);
    for (const happening of inner(random, pace)) {
      yield happening;
      if (random() < 0.3) yield { after: happening.after + 30, type: "touch logged", child: "touch", by: "person" };
    }
  },
  opportunity: (random) => [
    { after: 0, type: "opportunity created", by: "person" },
    { after: random() * days(20), type: "Closed Won entered", stage: "Closed Won", by: "person" },
  ],
  onboarding: function* (random, pace) {
    yield { after: 0, type: "onboarding created", by: "rule" };
    let after = random() * days(1);
    for (const step of STEPS) {
      after += (0.1 + random()) * days(6) * pace;
      if (step === "Training session" && random() < 0.03) continue;
      const by = /mail|workspace|import/u.test(step) && random() < 0.8 ? "bot" : "person";
      yield { after, type: "step completed", step, child: "onboarding-step", by };
      if (step !== "Data import" || random() > 0.03) continue;
      yield { after: (after += 60), type: "step reopened", step, child: "onboarding-step", by: "person" };
      yield { after: (after += 60), type: "step completed", step, child: "onboarding-step", by };
    }
  },
  feature: inStages(
    "feature",
    ["Discovery", "Planning", "Committed", "Development", "Testing", "Launched"],
    14,
    "Dropped",
    0.3,
  ),
  incident: inStages("incident", ["Detected", "Acknowledged", "Mitigated", "Resolved"], 0.05, null, 0.5),
  hire: inStages("hire", ["Offer accepted", "Contract signed", "Equipment", "Accounts ready", "Day one"], 8, null, 0.4),
};

function handoffOf(
  contract: string,
  i: number,
  sourceKey: string,
  targetKey: string,
  triggeredAt: Instant,
  random: () => number,
  asOf: Instant,
): Handoff {
  const taken = triggeredAt + Math.floor(random() * 40 * HOUR);
  const isMissing = random() < 0.04 || taken > asOf;
  const createdAt = isMissing ? null : taken;
  const dueAt = triggeredAt + DAY;
  const isLate = createdAt === null ? asOf > dueAt : createdAt > dueAt;
  const money = { amount: 10_000 + (i % 5000), currency: "EUR", corporate: 10_800 + (i % 5000) };
  return {
    id: `${contract}-${i}`,
    contract,
    occurrence: 1,
    sourceKey,
    targetKey: isMissing ? null : targetKey,
    claimedKeys: [],
    historical: false,
    link: isMissing ? "missing" : "matched",
    timeliness: isLate ? "late" : "on_time",
    content: random() < 0.05 ? "drifted" : "in_sync",
    decision: isMissing ? "none" : "accepted",
    label: isMissing ? "missing" : isLate ? "late" : "matched",
    plain: isMissing ? "late or missing" : "fine",
    because: "generated",
    triggeredAt,
    dueAt,
    graceUntil: dueAt + DAY,
    acceptDueAt: dueAt,
    createdAt,
    assignedAt: createdAt,
    acceptedAt: createdAt === null ? null : createdAt + HOUR,
    rejectedAt: null,
    firstWorkAt: null,
    revokedAt: null,
    evidence: isMissing ? [] : [{ targetKey, rung: 1, why: "id", confidence: 1 }],
    comparisons: [],
    money,
    waiver: null,
  };
}
