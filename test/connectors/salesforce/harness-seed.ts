import type { Draw } from "../../acceptance/harness.ts";
import { salesforceId } from "../../../src/sandbox/salesforce/index.ts";
import type { SalesforceSeed } from "../../../src/sandbox/seeds.ts";
import { ANN, BEN, techFlowOrg } from "../../support/salesforce-seed.ts";

export const STAGES = ["Prospecting", "Negotiation", "Closed Won", "Closed Lost"] as const;
export const STATUSES = ["Open", "MQL", "SQL"] as const;

/** The instant the world starts at. */
export const SEED_AS_OF = Date.parse("2026-03-02T12:00:00.000Z");

const DAY = 86_400_000;

/** An org with `records` opportunities and a share of accounts, contacts and leads, several on equal stamps. */
export function orgSeed(draw: Draw, records: number, otherTenant: boolean): SalesforceSeed {
  const builder = techFlowOrg();
  const stamps = Array.from({ length: Math.max(1, Math.ceil(records / 7)) }, () =>
    new Date(SEED_AS_OF - Math.floor(draw.next() * 40 * DAY) - DAY).toISOString().replace(/\.\d+Z$/u, ".000Z"),
  );
  const stamped = (): Record<string, string> => {
    const at = draw.pick(stamps) ?? "";
    return { CreatedDate: at, LastModifiedDate: at, SystemModstamp: at };
  };
  const owner = (): string => (draw.chance(0.5) ? ANN : BEN);
  const accounts = Array.from({ length: Math.max(2, Math.ceil(records / 6)) }, (_, n) =>
    builder.add("Account", { Name: `Account ${n}`, OwnerId: owner(), CSM__c: null, ...stamped() }),
  );
  for (let n = 0; n < Math.ceil(records / 5); n += 1) {
    builder.add("Contact", {
      LastName: `Contact ${n}`,
      AccountId: draw.pick(accounts) ?? null,
      OwnerId: owner(),
      ...stamped(),
    });
  }
  for (let n = 0; n < Math.ceil(records / 6); n += 1) {
    builder.add("Lead", {
      LastName: `Lead ${n}`,
      Company: `Company ${n}`,
      Status: draw.pick(STATUSES) ?? "Open",
      IsConverted: false,
      OwnerId: owner(),
      ...stamped(),
    });
  }
  for (let n = 0; n < records; n += 1) {
    const values = stamped();
    const stage = draw.pick(STAGES) ?? "Prospecting";
    const amount = 1000 + draw.below(90) * 100;
    const id = builder.add("Opportunity", {
      Name: `Deal ${n}`,
      StageName: stage,
      Amount: amount,
      CloseDate: "2026-06-30",
      Probability: 10,
      AccountId: draw.pick(accounts) ?? null,
      OwnerId: owner(),
      ...values,
    });
    const at = values["CreatedDate"] ?? "";
    builder.add("OpportunityHistory", {
      OpportunityId: id,
      CreatedDate: at,
      SystemModstamp: at,
      StageName: stage,
      Amount: amount,
      CloseDate: "2026-06-30",
      Probability: 10,
    });
  }
  const seed = builder.build();
  if (!otherTenant) return seed;
  return { ...seed, organization: { ...seed.organization, id: salesforceId("00D", 2), name: "Sandbox copy" } };
}
