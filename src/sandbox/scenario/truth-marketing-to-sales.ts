import { HOUR, iso } from "./calendar.ts";
import type { LeadStory, Story } from "./story.ts";
import { labelOf } from "./truth-reconcile.ts";
import type { TruthContract, TruthHandoff } from "./truth.ts";

const SINCE = Date.parse("2026-05-01T07:00:00.000Z");
const GRACE = 4 * HOUR;

/** Parameters the truth assumes. */
export const MARKETING_TO_SALES: TruthContract = {
  contract: "marketing-to-sales",
  since: iso(SINCE),
  parameters: { createdDue: "1 business hour", grace: "4 hours", acceptedDue: "1 business day" },
};

interface LeadOccurrence {
  readonly triggeredAt: number;
  createdAt: number | null;
  decision: "none" | "accepted" | "rejected";
}

/**
 * MQLs of one lead. The target is the lead itself: it is there for an occurrence from the moment its owner is a person,
 * and an occurrence looks no further than the next one's trigger.
 */
function occurrencesOf(lead: LeadStory): LeadOccurrence[] {
  const occurrences: LeadOccurrence[] = [];
  let owned = lead.firstOwner !== null;
  let status = "New";
  for (const change of lead.changes) {
    const current = occurrences.at(-1);
    if (change.field === "owner") {
      owned = change.to !== null;
      if (owned && current !== undefined) current.createdAt ??= change.at;
      continue;
    }
    if (change.to === "MQL" && status !== "MQL" && (current === undefined || current.decision !== "none")) {
      occurrences.push({ triggeredAt: change.at, createdAt: owned ? change.at : null, decision: "none" });
    } else if (current !== undefined && current.decision === "none") {
      if (change.to === "SAL" && change.by.service !== true) current.decision = "accepted";
      if (change.to === "Recycled" || change.to === "Disqualified") current.decision = "rejected";
    }
    status = change.to;
  }
  return occurrences;
}

/** Truth of the contract Marketing → Sales. */
export function marketingToSales(story: Story): TruthHandoff[] {
  const { asOf, calendar } = story.setting;
  const handoffs: TruthHandoff[] = [];
  for (const lead of story.leads) {
    const ref = { system: "salesforce" as const, stream: "Lead", id: lead.id };
    occurrencesOf(lead).forEach((occurrence, index) => {
      const dueAt = calendar.add(occurrence.triggeredAt, HOUR);
      const historical = occurrence.triggeredAt < SINCE;
      const present = occurrence.createdAt !== null;
      const base = {
        contract: MARKETING_TO_SALES.contract,
        occurrence: index + 1,
        source: ref,
        byName: [],
        triggeredAt: iso(occurrence.triggeredAt),
        dueAt: iso(dueAt),
        historical,
        evidence: present ? ("link" as const) : ("none" as const),
        defects: [...lead.defects],
      };
      const found = { target: present ? ref : null, targets: present ? [ref] : [] };
      if (historical) {
        handoffs.push({ ...base, ...found, link: null, timeliness: null, content: null, decision: null, label: null });
        return;
      }
      const late = occurrence.createdAt === null ? asOf > dueAt : occurrence.createdAt > dueAt;
      const inTime = present ? ("on_time" as const) : ("pending" as const);
      let link: TruthHandoff["link"] = present ? "matched" : asOf <= dueAt + GRACE ? "expected" : "missing";
      if (lead.deletedAt !== null) link = "revoked";
      const state = {
        link,
        timeliness: late ? ("late" as const) : inTime,
        content: link === "matched" ? ("in_sync" as const) : ("unknown" as const),
        decision: occurrence.decision,
      };
      handoffs.push({ ...base, ...found, ...state, label: labelOf(state) });
    });
  }
  return handoffs;
}
