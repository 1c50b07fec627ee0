import { HubError, toProblem } from "../../model/index.ts";
import type { ErrorPlace, Instant, Operation, Problem } from "../../model/index.ts";
import { toIso } from "../../model/index.ts";

const AGAIN = "Nothing was sent; the next plan proposes what is needed now.";

function told(code: string, message: string, place: ErrorPlace, remedy: string): Problem {
  return toProblem(new HubError(code, message, { disposition: "skip-record", place, remedy }));
}

/** Where an operation acts. */
export function placeOf({ connection, targetKey, field }: Operation): ErrorPlace {
  return {
    connection,
    ...(targetKey === null ? {} : { record: targetKey }),
    ...(field === null ? {} : { path: field }),
  };
}

/** `set deal_amount of onboarding 1208` */
export function deed({ action, field, objectType, targetKey, handoffId }: Operation): string {
  const id = targetKey?.split("/").slice(3).join("/") ?? "";
  switch (action) {
    case "create":
      return `create the ${objectType} of handoff ${handoffId.slice(0, 10)}`;
    case "update":
      return `set ${field ?? ""} of ${objectType} ${id}`;
    case "link":
      return `link ${objectType} ${id}`;
    default:
      return `put ${objectType} ${id} away`;
  }
}

export function staleNow(operation: Operation, now: string): Problem {
  return told(
    "HUB-2620",
    `To ${deed(operation)} was planned on another state: it is ${now} now.`,
    placeOf(operation),
    AGAIN,
  );
}

export function noLongerProposed(operation: Operation): Problem {
  return told(
    "HUB-2621",
    `To ${deed(operation)} is approved, but no longer needed or no longer the same.`,
    placeOf(operation),
    AGAIN,
  );
}

export function notThere(operation: Operation, what: string): Problem {
  return told(
    "HUB-2623",
    `To ${deed(operation)} was sent and taken, but ${what}.`,
    placeOf(operation),
    "Look at the record's history: a rule or a person of that system may have changed it at once.",
  );
}

export function nobodyKnows(operation: Operation, cause: string): Problem {
  return told(
    "HUB-2624",
    `Nobody can tell whether the wish to ${deed(operation)} was done: ${cause}`,
    placeOf(operation),
    "Nothing to do: the next run looks first, and sends again only what is not there.",
  );
}

export function halfDone(operation: Operation, id: string, missing: readonly string[]): Problem {
  return told(
    "HUB-2625",
    `The ${operation.objectType} ${id} stands, but parts are missing: ${missing.join(", ")}.`,
    placeOf(operation),
    "The next run completes it while its approval holds; else approve again or complete it by hand.",
  );
}

export function duplicated(operation: Operation, ours: string, others: readonly string[]): Problem {
  return told(
    "HUB-2626",
    `Beside ours (${ours}) there ${others.length === 1 ? "is another" : "are others"} for the same handoff, made by somebody else: ${others.join(", ")}.`,
    placeOf(operation),
    "Decide which one stays; the hub touches neither. `hub undo` puts ours away.",
  );
}

export function overwritten(operation: Operation, lost: string, plan: string): Problem {
  return told(
    "HUB-2627",
    `To ${deed(operation)} overwrote ${lost}, which somebody wrote in the moment between looking and writing.`,
    placeOf(operation),
    `\`hub approve ${plan.slice(0, 12)} --by NAME\` and \`hub apply\` put it back.`,
  );
}

export function overlooked(operation: Operation, by: string | null, at: Instant | null): Problem {
  const who = by === null ? "somebody" : `the account ${by}`;
  const when = at === null ? "" : ` at ${toIso(at)}`;
  return told(
    "HUB-2627",
    `To ${deed(operation)} may have gone over what ${who} wrote there${when}, in the moment between looking and writing; the system does not tell what it was.`,
    placeOf(operation),
    "Ask them; `hub undo` puts back what the hub had seen before.",
  );
}

export function ranOut(operation: Operation, until: Instant): Problem {
  return told(
    "HUB-2628",
    `The approval to ${deed(operation)} ran out at ${toIso(until)} before it was done.`,
    placeOf(operation),
    "Approve it again where it is still wanted.",
  );
}

export function paused(operation: Operation, by: string, reason: string): Problem {
  return told(
    "HUB-2605",
    `Writes to ${operation.connection} are paused by ${by}: ${reason}`,
    { connection: operation.connection },
    "`hub writes resume --by NAME --reason R` lets them go on.",
  );
}
