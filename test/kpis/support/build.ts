import type { Actor, ActorEvidence, Canonical, LinkedObject, ModelEvent } from "../../../src/model/index.ts";
import { createBusinessCalendar } from "../../../src/model/index.ts";
import { fixedAsOf } from "../../../src/kpis/cases/as-of.ts";
import type { CaseContext, Waiver } from "../../../src/kpis/index.ts";

export const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);

const hours: readonly (readonly [string, string])[] = [["09:00", "17:00"]];
export const calendar = createBusinessCalendar({
  name: "test",
  zone: "UTC",
  weekly: { 1: hours, 2: hours, 3: hours, 4: hours, 5: hours },
  holidays: [],
});

export function person(id: string, kind: Actor["kind"] = "human", team: string | null = null): Actor {
  return { id, name: id, kind, team, backup: null, active: true, accounts: [] };
}

const people: Readonly<Record<string, Actor>> = {
  "asana/1/dana": person("dana", "human", "Customer Success"),
  "asana/1/kate": person("kate", "human", "Customer Success"),
  "asana/1/bot": person("bot", "service"),
};

/** A case's surroundings as a test words them. */
export type Surroundings = Partial<Omit<CaseContext, "asOf" | "waiversOf">> & {
  readonly asOf?: number;
  readonly waivers?: readonly Waiver[];
};

export function context({ asOf, waivers = [], ...changes }: Surroundings = {}): CaseContext {
  return {
    asOf: fixedAsOf(asOf ?? at("2026-06-01")),
    calendarOf: () => calendar,
    actorOf: (key) => people[key],
    registeredClients: new Set(),
    waiversOf: (process, caseId) => waivers.filter((waiver) => waiver.process === process && waiver.caseId === caseId),
    attributeOf: () => undefined,
    handoffsTo: () => [],
    startSource: () => undefined,
    historySince: () => null,
    ...changes,
  };
}

export interface EventSketch {
  readonly at: string;
  /** A stage entered, or with `done`/`reopened` a step, or a bare type. */
  readonly stage?: string;
  readonly done?: string;
  readonly reopened?: string;
  readonly type?: string;
  readonly by?: ActorEvidence;
}

const human: ActorEvidence = { person: "dana", kind: "human" };

/** An object of a type with its events, as link hands it on. */
export function linked(
  type: string,
  id: string,
  sketches: readonly EventSketch[],
  attributes: Readonly<Record<string, Canonical>> = {},
): LinkedObject {
  const key = `asana/1/tasks/${id}`;
  const events = sketches.map((sketch, index): ModelEvent => {
    const step = sketch.done ?? sketch.reopened;
    return {
      id: `${id}-${index}`,
      type:
        sketch.type
        ?? (sketch.stage === undefined
          ? sketch.reopened === undefined
            ? "step completed"
            : "step reopened"
          : `${sketch.stage} entered`),
      objectKey: step === undefined ? key : `asana/1/tasks/${id}-${step}`,
      objectType: step === undefined ? type : `${type}-step`,
      occurredAt: at(sketch.at),
      precision: "ms",
      sequence: index,
      by: sketch.by ?? human,
      stage: sketch.stage ?? null,
      fromStage: null,
      attributes: step === undefined ? {} : { step },
      references: [],
      source: { stream: "stories", id: `${id}-${index}` },
      mapping: "test",
      derivation: "test",
    };
  });
  return {
    object: {
      key,
      type,
      mapping: "test",
      attributes: { name: id, ...attributes },
      history: [],
      references: [],
      createdAt: events[0]?.occurredAt ?? null,
      removed: null,
      url: null,
    },
    id: key,
    nativeId: id,
    references: {},
    persons: {},
    events,
  };
}
