import { HubError, parseRecordKey } from "../model/index.ts";
import type { Handoff } from "../model/index.ts";

/** By its id, the beginning of it, or the native id of its source. @throws HubError HUB-4010 when none or several fit. */
export function findHandoff(handoffs: readonly Handoff[], id: string): Handoff {
  const found = handoffs.filter(
    (handoff) =>
      handoff.id.startsWith(id)
      || (handoff.sourceKey !== null && (handoff.sourceKey === id || parseRecordKey(handoff.sourceKey)?.id === id)),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new HubError(
    "HUB-4010",
    `${found.length === 0 ? "No handoff" : `${String(found.length)} handoffs`} fit "${id}".`,
    { disposition: "operator", remedy: "Give the id as `hub handoffs --json` prints it." },
  );
}
