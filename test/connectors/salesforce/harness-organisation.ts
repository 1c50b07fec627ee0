import type { Change, Draw } from "../../acceptance/harness.ts";
import { fieldsOf, textOf } from "../../acceptance/served-system.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";
import { BEN } from "../../support/salesforce-seed.ts";
import { STAGES } from "./harness-seed.ts";
import type { Org } from "./harness-org.ts";

const QUIET: ReadonlySet<string> = new Set([
  "hide records",
  "hide a field",
  "hide an object",
  "show everything",
  "refresh the org",
  "dirty picklist",
]);

/** What administrators do to an org, and how it is taken back. */
export function orgTurmoil(
  served: ServedSystem,
  org: Org,
): { readonly changes: readonly Change[]; readonly restore: () => Promise<void> } {
  let serial = 0;
  const undo = new Map<string, () => Promise<unknown>>();
  const hide = async (what: object): Promise<void> => {
    await served.organise({ do: "hide", ...what });
    undo.set(JSON.stringify(what), () => served.organise({ do: "show", ...what }));
  };
  const some = async (draw: Draw, object: string): Promise<readonly string[]> =>
    (await org.rows(object))
      .filter(({ state }) => state === "live")
      .map(({ content }) => textOf(content["Id"]))
      .sort()
      .filter(() => draw.chance(0.1));
  const change = (name: string, weight: number, make: (draw: Draw) => Promise<string | null>): Change => ({
    name,
    weight,
    quiet: QUIET.has(name),
    hides: name.startsWith("hide "),
    make,
  });
  return {
    changes: [
      change("hide records", 1, async (draw) => {
        const object = draw.pick(["Opportunity", "Account", "Lead"]) ?? "Opportunity";
        const records = await some(draw, object);
        if (records.length === 0) return null;
        await hide({ records });
        return `${object} ${records.join(" ")}`;
      }),
      change("hide a field", 0.4, async () => {
        await hide({ object: "Opportunity", fields: ["Amount"] });
        return "Opportunity.Amount";
      }),
      change("hide an object", 0.4, async (draw) => {
        const object = draw.pick(["Contact", "LeadHistory"]) ?? "Contact";
        await hide({ object });
        return object;
      }),
      change("show everything", 2, async () => {
        if (undo.size === 0) return null;
        await restore();
        return "";
      }),
      change("rename a stage", 0.5, async (draw) => {
        serial += 1;
        const from = draw.pick(STAGES) ?? "";
        await served.organise({ do: "rename-stage", from, to: `Renamed ${serial}` });
        return from;
      }),
      {
        ...change("reuse a stage", 0.5, async (draw) => {
          serial += 1;
          const from = draw.pick(STAGES) ?? "";
          const isClosed = draw.chance(0.5);
          await served.organise({
            do: "reuse-id",
            from,
            label: `Reused ${serial}`,
            isClosed,
            isWon: isClosed && draw.chance(0.5),
            probability: draw.below(101),
          });
          return `${from} as Reused ${serial}`;
        }),
        since: 2,
      },
      change("dirty picklist", 0.5, async (draw) => {
        serial += 1;
        await served.organise({
          do: "dirty-picklist",
          object: "Opportunity",
          field: "StageName",
          value: `Dirty ${serial}`,
          count: 1 + draw.below(3),
        });
        return `Dirty ${serial}`;
      }),
      change("add a field", 0.5, async () => {
        serial += 1;
        await served.organise({ do: "add-field", object: "Opportunity", field: `Extra_${serial}__c` });
        return `Extra_${serial}__c`;
      }),
      change("deactivate a person", 0.3, async () => {
        await served.organise({ do: "deactivate-person", userId: BEN });
        return BEN;
      }),
      change("refresh the org", 0.2, async () => {
        const { from, to } = fieldsOf(await served.organise({ do: "refresh-org" }));
        if (!undo.has("refresh")) undo.set("refresh", () => served.organise({ do: "refresh-org", id: from }));
        return textOf(to);
      }),
    ],
    restore,
  };

  async function restore(): Promise<void> {
    for (const back of undo.values()) await back();
    undo.clear();
  }
}
