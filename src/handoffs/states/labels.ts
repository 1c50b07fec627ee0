import type { ContentState, Decision, HandoffLabel, LinkState, PlainState, Timeliness } from "../../model/index.ts";

/** The four independent fields of a handoff (reference §3.3). */
export interface State {
  readonly link: LinkState;
  readonly timeliness: Timeliness;
  readonly content: ContentState;
  readonly decision: Decision;
}

/** The one label, by the precedence of reference §3.3. */
export function labelOf({ link, timeliness, content, decision }: State): HandoffLabel {
  if (link === "revoked" || link === "duplicate" || link === "ambiguous" || link === "orphan" || link === "missing")
    return link;
  if (content === "conflict") return "conflict";
  if (decision === "returned" || decision === "rejected") return decision;
  if (content === "drifted") return "drifted";
  if (timeliness === "late") return "late";
  return link;
}

const PLAIN: Readonly<Record<HandoffLabel, PlainState>> = {
  revoked: "ignored",
  duplicate: "needs your decision",
  ambiguous: "needs your decision",
  orphan: "needs your decision",
  missing: "late or missing",
  conflict: "needs your decision",
  returned: "needs your decision",
  // The other team has decided, and so have we nothing to do.
  rejected: "fine",
  drifted: "needs your decision",
  late: "late or missing",
  matched: "fine",
  expected: "waiting",
};

/**
 * What an admin sees (design §6). What is waived or older than the contract is left alone; a rejection settles nothing
 * while nobody can tell why.
 */
export function plainOf(label: HandoffLabel, leftAlone: boolean, reasonKnown = true): PlainState {
  if (leftAlone) return "ignored";
  return label === "rejected" && !reasonKnown ? "needs your decision" : PLAIN[label];
}
