import type { Handoff, LinkedObject, ModelEvent } from "../../../src/model/index.ts";
import type { LinkedModel } from "../../../src/sync/index.ts";

/** One thing that happened in a case, in the words of docs/techflow.md. */
export interface Moment {
  readonly at: number;
  /** Stage, step or event. */
  readonly what: string;
  readonly isStage: boolean;
  readonly undone: boolean;
  readonly event: ModelEvent;
}

/** One case as the definitions of reference §0 see it, put together without the product's case builder. */
export interface Journey {
  readonly process: string;
  readonly id: string;
  readonly object: LinkedObject;
  readonly start: number;
  /** What it began with was found, where that is in another system. */
  readonly isJoined: boolean;
  readonly startsOnDay: boolean;
  readonly moments: readonly Moment[];
  readonly end: number | null;
  readonly outcome: string | null;
  /** Went out of the world before its end. */
  readonly isGone: boolean;
  /** When that was. */
  readonly goneAt: number | null;
  /** Began before its system tells what changed when, so that its course is not known whole. */
  readonly isOlder: boolean;
}

interface Plan {
  readonly process: string;
  readonly type: string;
  readonly ends: Readonly<Record<string, string>>;
  /** An attribute whose value makes it no case of the process. */
  readonly without?: Readonly<Record<string, string>>;
  readonly joins?: readonly { readonly type: string; readonly reference: string }[];
}

/** The processes of docs/techflow.md: case object, ends with their outcomes. */
const PLANS: readonly Plan[] = [
  { process: "lead-to-opportunity", type: "lead", ends: { Converted: "converted", Disqualified: "disqualified" } },
  {
    process: "customer-onboarding",
    type: "onboarding",
    ends: { "Go-live sign-off": "done" },
    joins: [{ type: "onboarding-step", reference: "onboarding" }],
  },
  {
    process: "opportunity",
    type: "opportunity",
    ends: { "Closed Won": "won", "Closed Lost": "lost" },
    without: { kind: "Renewal" },
  },
  { process: "expansion", type: "expansion", ends: { "Handed over": "handed over", Dropped: "dropped" } },
  { process: "account-quarter", type: "account-quarter", ends: { Held: "held", Cancelled: "skipped" } },
  {
    process: "contract-term",
    type: "contract-term",
    ends: { "Closed Won": "renewed", "Closed Lost": "churned", Terminated: "terminated" },
    joins: [{ type: "opportunity", reference: "renews" }],
  },
  { process: "feature-delivery", type: "feature", ends: { Launched: "launched", Dropped: "dropped" } },
  { process: "monthly-close", type: "close-period", ends: { Closed: "done" } },
  { process: "hiring", type: "hire", ends: { "Day one": "done" } },
  { process: "contract-review", type: "contract-review", ends: { Signed: "done" } },
  { process: "incident", type: "incident", ends: { Resolved: "done" } },
];

/** Every case of the company as of `asOf`. */
export async function journeysOf(
  model: LinkedModel,
  handoffs: readonly Handoff[],
  startOfDay: (day: string) => number,
  asOf: number,
): Promise<readonly Journey[]> {
  const journeys: Omit<Journey, "isOlder">[] = [];
  const told = new Map<string, number>();
  const wins = await winsOf(model, asOf);
  for (const plan of PLANS) {
    for await (const object of model.objects(plan.type, plan.joins ?? [])) {
      const { removed } = object.object;
      for (const { objectKey, occurredAt, source } of object.events) {
        const system = systemOf(objectKey);
        if (HISTORIES.test(source.stream)) told.set(system, Math.min(occurredAt, told.get(system) ?? occurredAt));
      }
      if (removed?.cause === "merged") continue;
      if (Object.entries(plan.without ?? {}).some(([name, value]) => object.object.attributes[name] === value))
        continue;
      const moments = momentsOf(object, plan, asOf);
      const begun = startOf(object, plan, handoffs, wins, startOfDay);
      const start = begun ?? (plan.type === "onboarding" ? createdAt(object, plan) : null);
      if (start === null || start > asOf) continue;
      const end = endOf(moments, plan);
      const isGone = end === null && removed !== null && removed.cause !== "visibility lost";
      journeys.push({
        process: plan.process,
        id: object.nativeId,
        object,
        start,
        isJoined: begun !== null,
        startsOnDay: plan.type === "contract-term",
        moments,
        end: end?.at ?? null,
        outcome: end === null ? null : (plan.ends[end.what] ?? null),
        isGone,
        goneAt: isGone ? (removed.at ?? moments.at(-1)?.at ?? asOf) : null,
      });
    }
  }
  return journeys.map((journey) => ({
    ...journey,
    isOlder: journey.start < (told.get(systemOf(journey.object.id)) ?? 0),
  }));
}

/** Streams whose rows each tell one change and when it was. */
const HISTORIES = /History$|^activity_logs$/u;

function systemOf(key: string): string {
  return key.split("/")[0] ?? "";
}

function momentsOf(object: LinkedObject, plan: Plan, asOf: number): readonly Moment[] {
  const types = new Set([plan.type, ...(plan.joins ?? []).map(({ type }) => type)]);
  return (
    object.events
      .filter((event) => event.occurredAt <= asOf && types.has(event.objectType))
      // A contract's own status is no stage of its renewal, but it can end it.
      .filter(
        ({ objectType, stage }) =>
          !(plan.type === "contract-term" && objectType === "contract-term" && stage !== "Terminated"),
      )
      .map((event) => {
        const { step } = event.attributes;
        const isDone = event.type === "step completed" || event.type === "step reopened";
        return {
          at: event.occurredAt,
          what: event.stage ?? (isDone && typeof step === "string" ? step : event.type),
          isStage: event.stage !== null,
          undone: event.type === "step reopened",
          event,
        };
      })
      .sort((a, b) => a.at - b.at || a.event.sequence - b.event.sequence)
  );
}

/** When the case began, by what it began with; null where that is not found. */
function startOf(
  object: LinkedObject,
  { type }: Plan,
  handoffs: readonly Handoff[],
  wins: ReadonlyMap<string, number>,
  startOfDay: (day: string) => number,
): number | null {
  if (type === "contract-term") {
    const day = object.object.attributes["start"];
    return typeof day === "object" && day !== null && "day" in day ? startOfDay(day.day) : null;
  }
  if (type !== "onboarding") return createdAt(object, { type });
  // The win that the onboarding serves, duplicates included (docs/techflow.md, Start of an onboarding).
  const served = handoffs.filter(
    ({ contract, link, targetKey, claimedKeys, triggeredAt }) =>
      contract === "sales-to-cs"
      && link !== "ambiguous"
      && (targetKey === object.id || claimedKeys.includes(object.id))
      && triggeredAt !== null,
  );
  const latest = served.toSorted((a, b) => b.occurrence - a.occurrence)[0];
  if (latest !== undefined) return latest.triggeredAt;
  if (handoffs.some(({ link, claimedKeys }) => link === "ambiguous" && claimedKeys.includes(object.id))) return null;
  // Wins before the contract's start have no state; the project names its deal.
  const { opportunity_id: deal } = object.object.attributes;
  return (typeof deal === "string" ? wins.get(deal) : undefined) ?? null;
}

function createdAt({ events }: LinkedObject, { type }: Pick<Plan, "type">): number | null {
  return events.find((event) => event.type === `${type} created`)?.occurredAt ?? null;
}

/** When each deal was last won, by the deal's id. */
async function winsOf(model: LinkedModel, asOf: number): Promise<ReadonlyMap<string, number>> {
  const wins = new Map<string, number>();
  for await (const { nativeId, events } of model.objects("opportunity")) {
    const won = events.findLast(({ stage, occurredAt }) => stage === "Closed Won" && occurredAt <= asOf);
    if (won !== undefined) wins.set(nativeId, won.occurredAt);
  }
  return wins;
}

/** The last time it came to an end, unless it was moved on or undone after that. */
function endOf(moments: readonly Moment[], { ends }: Plan): Moment | null {
  let end: Moment | null = null;
  for (const moment of moments) {
    if (moment.what in ends) {
      if (moment.undone) end = null;
      else if (end?.what !== moment.what) end = moment;
    } else if (moment.isStage) end = null;
  }
  return end;
}
