import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Handoff, LinkedObject } from "../../../src/model/index.ts";
import { createBusinessCalendar, DAY, HOUR } from "../../../src/model/index.ts";
import { compileKpi, compileProcess, memoryBaselines } from "../../../src/kpis/index.ts";
import type { ContractInfo, MeasureOptions, MeasureSource } from "../../../src/kpis/index.ts";
import { seededRandom } from "../../../src/kpis/statistics/random.ts";
import { at, linked, person } from "./build.ts";
import type { EventSketch } from "./build.ts";

export const AS_OF = at("2026-11-02T11:00:00Z");
const START = at("2025-05-02T11:00:00Z");
const SEGMENTS = ["SMB", "Mid-Market", "Enterprise"];

const hours: readonly (readonly [string, string])[] = [["09:00", "17:00"]];
const losAngeles = createBusinessCalendar({
  name: "us",
  zone: "America/Los_Angeles",
  weekly: { 1: hours, 2: hours, 3: hours, 4: hours, 5: hours },
  holidays: [],
});

/** The processes and KPIs of config/, as an admin wrote them. */
export function configured() {
  const read = (folder: string): readonly unknown[] =>
    readdirSync(`config/${folder}`)
      .sort()
      .map((file): unknown => parse(readFileSync(`config/${folder}/${file}`, "utf8")));
  const processes = read("processes").map((file) => compileProcess(file));
  const contracts: readonly ContractInfo[] = [
    contract("sales-to-cs", "Sales", "Customer Success", "opportunity", "onboarding", "2025-11-01T07:00:00Z"),
    contract("product-to-engineering", "Product", "Engineering", "feature", "epic", "2025-11-01T07:00:00Z"),
    contract("cs-to-sales", "Customer Success", "Sales", "expansion", "opportunity", "2025-11-01T07:00:00Z"),
    contract("marketing-to-sales", "Marketing", "Sales", "lead", "lead", "2026-05-01T07:00:00Z"),
  ];
  const names = contracts.map(({ name }) => name);
  return { processes, contracts, kpis: read("kpis").map((file) => compileKpi(file, { processes, contracts: names })) };
}

function contract(name: string, from: string, to: string, source: string, target: string, since: string): ContractInfo {
  return { name, title: name, fromTeam: from, toTeam: to, sourceType: source, targetType: target, since: at(since) };
}

export interface Company {
  readonly objects: ReadonlyMap<string, readonly LinkedObject[]>;
  readonly handoffs: readonly Handoff[];
}

/** A company of made-up cases: `scale` 1 has some 3,500 of them. Slower in the first six months, as TechFlow was. */
export function makeCompany(scale: number, seed = 7): Company {
  const random = seededRandom(seed);
  const between = (low: number, high: number): number => low + random() * (high - low);
  const objects = new Map<string, LinkedObject[]>();
  const handoffs: Handoff[] = [];
  const add = (type: string, object: LinkedObject): LinkedObject => {
    const list = objects.get(type) ?? [];
    objects.set(type, list);
    list.push(object);
    return object;
  };
  const moment = (): number => Math.floor(between(START, AS_OF - DAY));
  const pace = (time: number): number => (time < START + 183 * DAY ? 1 : 0.6);

  for (let i = 0; i < 60 * scale; i += 1) {
    add(
      "account",
      linked("account", `acc${i}`, [], {
        name: `Account ${i}`,
        segment: SEGMENTS[i % 3] ?? "SMB",
        region: i % 2 === 0 ? "AMER" : "EMEA",
      }),
    );
  }
  const account = (): string => `asana/1/tasks/acc${Math.floor(random() * 60 * scale)}`;

  for (let i = 0; i < 3000 * scale; i += 1) {
    const sketches: EventSketch[] = [];
    let time = moment();
    const push = (sketch: Omit<EventSketch, "at">): void => {
      if (time <= AS_OF) sketches.push({ at: new Date(time).toISOString(), ...sketch });
    };
    push({ type: "lead created" });
    for (const stage of ["New", "Working", "MQL", "SAL", "SQL", "Converted"]) {
      if (stage === "SAL" && random() < 0.02) continue;
      push({ stage });
      time += between(0.2, 4) * DAY * pace(time);
      if (random() < 0.2) {
        push({ stage: "Disqualified" });
        break;
      }
    }
    add("lead", linked("lead", `lead${i}`, sketches));
  }

  for (let i = 0; i < 250 * scale; i += 1) {
    const won = moment();
    const owner = account();
    const deal = linked("opportunity", `opp${i}`, [{ at: new Date(won).toISOString(), stage: "Closed Won" }], {
      amount: { amount: 10_000 + i, currency: "EUR", corporate: 10_800 + i },
    });
    add("opportunity", { ...deal, references: { account: owner } });
    const missing = random() < 0.05;
    const created = won + between(1, 30) * HOUR;
    if (!missing && created < AS_OF) {
      const sketches: EventSketch[] = [{ at: new Date(created).toISOString(), type: "onboarding created" }];
      const length = between(20, 50) * DAY * pace(won);
      const steps = [
        "Accept handoff",
        "Welcome mail",
        "Provision workspace",
        "Kickoff call",
        "Data import",
        "Training session",
        "First value",
        "Go-live sign-off",
      ];
      for (const [index, done] of steps.entries()) {
        const time = created + (length * (index + 1)) / steps.length;
        if (time > AS_OF || (done === "Training session" && random() < 0.03)) continue;
        const by =
          random() < 0.8 && /mail|workspace|import/u.test(done) ? ({ person: "bot", kind: "api" } as const) : undefined;
        sketches.push({ at: new Date(time).toISOString(), done, ...(by === undefined ? {} : { by }) });
        if (done === "Data import" && random() < 0.03) {
          sketches.push(
            { at: new Date(time + HOUR).toISOString(), reopened: done },
            { at: new Date(time + 2 * HOUR).toISOString(), done },
          );
        }
      }
      const project = linked("onboarding", `onb${i}`, sketches, {
        segment: SEGMENTS[i % 3] ?? "SMB",
        opportunity_id: `opp${i}`,
      });
      add("onboarding", { ...project, references: { account: owner } });
    }
    handoffs.push(handoffOf(i, won, missing || created >= AS_OF ? null : created));
  }
  for (const [type, name, stages] of [
    ["close-period", "close", ["Open", "Reconcile", "Accruals", "Review", "Closed"]],
    ["incident", "inc", ["Detected", "Acknowledged", "Mitigated", "Resolved"]],
    ["hire", "hire", ["Offer accepted", "Contract signed", "Equipment", "Accounts ready", "Day one"]],
  ] as const) {
    for (let i = 0; i < (type === "close-period" ? 18 : 80) * scale; i += 1) {
      let time = moment();
      const sketches: EventSketch[] = [{ at: new Date(time).toISOString(), type: `${type} created` }];
      for (const stage of stages) {
        if (time <= AS_OF)
          sketches.push({
            at: new Date(time).toISOString(),
            stage,
            by: random() < 0.75 ? { person: null, kind: "automation" } : { person: "dana", kind: "human" },
          });
        time += between(0.01, 2) * DAY * pace(time);
      }
      add(type, linked(type, `${name}${i}`, sketches));
    }
  }
  return { objects, handoffs };
}

function handoffOf(i: number, won: number, created: number | null): Handoff {
  const due = won + DAY;
  const historical = won < at("2025-11-01T07:00:00Z");
  const missing = created === null && AS_OF > due + DAY;
  const late = created === null ? AS_OF > due : created > due;
  return {
    id: `h${i}`,
    contract: "sales-to-cs",
    occurrence: 1,
    sourceKey: `asana/1/tasks/opp${i}`,
    targetKey: created === null ? null : `asana/1/tasks/onb${i}`,
    claimedKeys: [],
    historical,
    link: created === null ? (missing ? "missing" : "expected") : "matched",
    timeliness: created === null && !late ? "pending" : late ? "late" : "on_time",
    content: "in_sync",
    decision: created === null ? "none" : "accepted",
    label: created === null ? (missing ? "missing" : "expected") : late ? "late" : "matched",
    plain: created === null ? (missing ? "late or missing" : "waiting") : "fine",
    because: "made up",
    triggeredAt: won,
    dueAt: due,
    graceUntil: due + DAY,
    acceptDueAt: null,
    createdAt: created,
    assignedAt: created,
    acceptedAt: created === null ? null : created + HOUR,
    rejectedAt: null,
    firstWorkAt: null,
    revokedAt: null,
    evidence: created === null ? [] : [{ targetKey: `asana/1/tasks/onb${i}`, rung: 1, why: "id", confidence: 1 }],
    comparisons: [],
    money: { amount: 10_000 + i, currency: "EUR", corporate: 10_800 + i },
    waiver: null,
  };
}

export function sourceOf(company: Company): MeasureSource {
  return {
    async *objects(type) {
      for (const object of company.objects.get(type) ?? []) yield await Promise.resolve(object);
    },
    async *handoffs() {
      for (const handoff of company.handoffs) yield await Promise.resolve(handoff);
    },
  };
}

export function optionsOf(company: Company, changes: Partial<MeasureOptions> = {}): MeasureOptions {
  const bot = person("bot", "service");
  const dana = person("dana", "human", "Customer Success");
  return {
    asOf: AS_OF,
    source: sourceOf(company),
    ...configured(),
    reporting: { zone: "America/Los_Angeles", fiscalYearStarts: 2, corporateCurrency: "USD" },
    calendarOf: () => losAngeles,
    actorOf: (key) => (key.endsWith("/bot") ? bot : key.endsWith("/dana") ? dana : undefined),
    registeredClients: new Set(),
    waivers: [],
    baselines: memoryBaselines(),
    pseudonymKey: "test",
    historySince: () => null,
    quality: [],
    streams: [],
    sourcesOf: () => [],
    run: null,
    ...changes,
  };
}
