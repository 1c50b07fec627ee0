import type { Handoff } from "../../../src/model/index.ts";
import { businessTimeAfter, dayAfter, localDay, startOfDay } from "./calendar.ts";
import type { Journey, Moment } from "./journeys.ts";
import type { Sprint } from "./sprints.ts";
import type { World } from "./world.ts";

const DAY = 86_400_000;

/** One thing that a KPI counts: the instant that decides its window, and whether it counts above the line. */
export interface Counted {
  readonly at: number;
  readonly above: boolean;
}

/** Routine and critical steps as docs/techflow.md lists them. */
export const ROUTINE: Readonly<Record<string, readonly string[]>> = {
  "customer-onboarding": ["Welcome mail", "Provision workspace", "Data import"],
  "feature-delivery": ["Development", "Launched"],
  "monthly-close": ["Reconcile", "Accruals"],
  hiring: ["Equipment", "Accounts ready"],
  "contract-review": ["Redlines"],
  incident: ["Acknowledged"],
};
const CRITICAL: Readonly<Record<string, readonly string[]>> = {
  "customer-onboarding": ["Provision workspace", "Data import"],
  "monthly-close": ["Reconcile", "Accruals"],
  hiring: ["Accounts ready"],
  incident: ["Mitigated"],
};

/** Processes whose documents say what happens, but no rule that could be kept. */
const UNRULED: ReadonlySet<string> = new Set(["opportunity", "expansion"]);

const completed = ({ journeys }: World): readonly (Journey & { readonly end: number })[] =>
  journeys.flatMap((journey) => (journey.end === null || journey.isOlder ? [] : [{ ...journey, end: journey.end }]));

const done = (journey: Journey, steps: readonly string[]): readonly Moment[] =>
  journey.moments.filter(({ what, undone }) => steps.includes(what) && !undone);

/** A rule of the system, an automation, or an account that programs act under. */
const ranByItself = ({ event: { by } }: Moment): boolean =>
  by.kind === "automation" || (by.kind === "api" && by.client === "asana-bot");

const defective = ({ truth }: World, wanted: "rule" | "rework"): ReadonlySet<string> =>
  new Set(
    truth.processDefects
      .filter(({ category }) => (category === "rework") === (wanted === "rework"))
      .map((defect) => `${defect.process} ${defect.case.id}`),
  );
const name = ({ process, id }: Journey): string => `${process} ${id}`;

const counting = ({ handoffs }: World): readonly Handoff[] =>
  handoffs.filter(
    ({ historical, link, waiver }) => !historical && link !== "orphan" && link !== "revoked" && waiver === null,
  );

const of = (handoffs: readonly Handoff[], ...contracts: readonly string[]): readonly Handoff[] =>
  handoffs.filter(({ contract }) => contracts.includes(contract));

/** A business day after it became MQL somebody has to have turned to a lead (docs/techflow.md, accepted due). */
const BUSINESS_DAY = 8 * 3_600_000;
/** What was qualified earlier is historical, like its handoff. */
const LEADS_SINCE = Date.parse("2026-05-01T07:00:00Z");

/** Every lead when it first became MQL: the end of its business day, the first touch of a person since, and whether one came before. */
export function qualified(world: World): readonly {
  readonly at: number;
  readonly due: number;
  readonly touch: number | null;
  readonly before: boolean;
}[] {
  return world.journeys
    .filter(({ process, isGone }) => process === "lead-to-opportunity" && !isGone)
    .flatMap(({ object, moments }) => {
      const at = moments.find(({ what }) => what === "MQL")?.at;
      if (at === undefined || at < LEADS_SINCE) return [];
      const touches = (world.touches.get(object.id) ?? []).filter((touch) => touch <= world.asOf);
      return [
        {
          at,
          due: businessTimeAfter(at, BUSINESS_DAY),
          touch: touches.find((touch) => touch >= at) ?? null,
          before: touches.some((touch) => touch < at),
        },
      ];
    });
}

/** Every share of the configuration, from the definitions of reference §2.2 to §2.7 alone. */
export const COUNTS: Readonly<Record<string, (world: World) => readonly Counted[]>> = {
  "process-compliance": (world) => {
    const broken = defective(world, "rule");
    return completed(world)
      .filter(({ process }) => !UNRULED.has(process))
      .map((each) => ({ at: each.end, above: !broken.has(name(each)) }));
  },

  "rework-rate": (world) => {
    const again = defective(world, "rework");
    return completed(world).map((each) => ({ at: each.end, above: again.has(name(each)) }));
  },

  "first-time-right": (world) => {
    const again = defective(world, "rework");
    return completed(world).map((each) => ({
      at: each.end,
      above: !again.has(name(each)) && !each.moments.some(({ undone }) => undone),
    }));
  },

  "automation-coverage": (world) =>
    completed(world).flatMap((each) =>
      done(each, ROUTINE[each.process] ?? []).map((moment) => ({ at: each.end, above: ranByItself(moment) })),
    ),

  "no-touch-rate": (world) =>
    completed(world).flatMap((each) => {
      const moments = done(each, ROUTINE[each.process] ?? []);
      return moments.length === 0 ? [] : [{ at: each.end, above: moments.every(ranByItself) }];
    }),

  "error-rate": (world) =>
    world.journeys.flatMap((each) =>
      (CRITICAL[each.process] ?? []).flatMap((step) => {
        const mine = each.moments.filter(({ what }) => what === step);
        return mine.flatMap((moment, index) =>
          moment.undone ? [] : [{ at: moment.at, above: index < mine.length - 1 }],
        );
      }),
    ),

  "onboarding-on-time": (world) => {
    const onboardings = new Map(
      world.journeys.flatMap((each) => (each.process === "customer-onboarding" ? [[each.object.id, each]] : [])),
    );
    const accountOf = new Map(world.journeys.map(({ object }) => [object.id, object.references["account"]]));
    const lost = world.journeys.filter(({ outcome }) => outcome === "churned" || outcome === "terminated");
    return of(counting(world), "sales-to-cs").flatMap(({ triggeredAt, targetKey, sourceKey }) => {
      if (triggeredAt === null) return [];
      const last = dayAfter(triggeredAt, 30);
      if (last >= localDay(world.asOf)) return [];
      // Who left before the day is neither in time nor late.
      const account = accountOf.get(sourceKey ?? "");
      const left = lost.some(
        ({ object, end }) =>
          object.references["account"] === account && end !== null && end >= triggeredAt && localDay(end) <= last,
      );
      if (left) return [];
      const end = targetKey === null ? null : (onboardings.get(targetKey)?.end ?? null);
      return [{ at: startOfDay(last), above: end !== null && localDay(end) <= last }];
    });
  },

  "mql-to-sql": (world) =>
    world.journeys
      .filter(({ process }) => process === "lead-to-opportunity")
      .flatMap(({ moments }) => {
        const [mql, again = Number.POSITIVE_INFINITY] = moments
          .filter(({ what }) => what === "MQL")
          .map(({ at }) => at);
        if (mql === undefined || mql + 30 * DAY > world.asOf) return [];
        const sqls = moments.filter(({ what }) => what === "SQL").map(({ at }) => at);
        if (sqls.some((at) => at < mql)) return [];
        // What follows a second MQL belongs to that one.
        return [{ at: mql, above: sqls.some((at) => at <= mql + 30 * DAY && at < again) }];
      }),

  "features-launched": (world) =>
    completed(world)
      .filter(({ process }) => process === "feature-delivery")
      .map(({ end, outcome }) => ({ at: end, above: outcome === "launched" })),

  "handoff-bounces": (world) =>
    counting(world).flatMap(({ createdAt, returnedAt }) =>
      createdAt === null ? [] : [{ at: createdAt, above: returnedAt !== undefined }],
    ),

  "handoff-decision-in-time": (world) =>
    counting(world).flatMap(({ createdAt, acceptDueAt, acceptedAt, rejectedAt }) => {
      if (createdAt === null || acceptDueAt === null) return [];
      if (acceptedAt === null && rejectedAt === null && acceptDueAt > world.asOf) return [];
      const inTime = (at: number | null): boolean => at !== null && at <= acceptDueAt;
      return [{ at: acceptDueAt, above: inTime(acceptedAt) || inTime(rejectedAt) }];
    }),

  "expansions-to-opportunity": (world) =>
    of(counting(world), "cs-to-sales").flatMap(({ triggeredAt, targetKey, graceUntil }) =>
      triggeredAt === null || (targetKey === null && graceUntil !== null && graceUntil > world.asOf)
        ? []
        : [{ at: triggeredAt, above: targetKey !== null }],
    ),

  "lead-response-in-time": (world) =>
    qualified(world).flatMap(({ at, due, touch, before }) =>
      before || (touch === null && due > world.asOf) ? [] : [{ at, above: touch !== null && touch <= due }],
    ),

  "handoff-attainment": (world) =>
    counting(world).flatMap(({ dueAt, timeliness }) =>
      dueAt === null || timeliness === "pending" ? [] : [{ at: dueAt, above: timeliness === "on_time" }],
    ),

  "missing-handoffs": (world) =>
    counting(world).flatMap(({ graceUntil, link }) =>
      graceUntil === null || graceUntil > world.asOf ? [] : [{ at: graceUntil, above: link === "missing" }],
    ),

  "handoff-acceptance": (world) =>
    counting(world).flatMap(({ decision, acceptedAt, rejectedAt }) => {
      const at = decision === "accepted" ? acceptedAt : decision === "rejected" ? rejectedAt : null;
      return at === null ? [] : [{ at, above: decision === "accepted" }];
    }),

  "duplicate-handoffs": (world) =>
    of(counting(world), "sales-to-cs", "product-to-engineering").flatMap(({ link, triggeredAt }) =>
      triggeredAt === null || (link !== "matched" && link !== "duplicate")
        ? []
        : [{ at: triggeredAt, above: link === "duplicate" }],
    ),

  "drifted-handoffs": (world) =>
    of(counting(world), "sales-to-cs", "product-to-engineering").flatMap(({ link, content, triggeredAt }) =>
      triggeredAt === null || link !== "matched" ? [] : [{ at: triggeredAt, above: content === "drifted" }],
    ),

  "orphan-targets": ({ handoffs }) =>
    of(handoffs, "sales-to-cs", "product-to-engineering").flatMap(({ historical, createdAt, link }) =>
      historical || createdAt === null ? [] : [{ at: createdAt, above: link === "orphan" }],
    ),
};

/** Σ above ÷ Σ of what falls in `[from, to)`. */
export function share(
  counted: readonly Counted[],
  [from, to]: readonly [number, number],
): { readonly above: number; readonly of: number } {
  const inside = counted.filter(({ at }) => at >= from && at < to);
  return { above: inside.filter(({ above }) => above).length, of: inside.length };
}

/** Σ numerator ÷ Σ denominator over sprints that ended in the window. */
export const SPRINT_SUMS: Readonly<Record<string, (sprint: Sprint) => readonly [above: number, below: number]>> = {
  "sprint-planning-accuracy": ({ doneCommitted, committed }) => [doneCommitted, committed],
  "sprint-capacity-accuracy": ({ done, committed }) => [committed === 0 ? 0 : done, committed],
  "sprint-churn": ({ added, removed, committed }) => [committed === 0 ? 0 : Math.max(added, removed), committed],
  "sprint-carry-over": ({ left, committed, added }) => [left, committed + added],
  "sprint-predictability": ({ doneCommitted, committed }) =>
    committed === 0 ? [0, 0] : [doneCommitted / committed >= 0.7 ? 1 : 0, 1],
};
