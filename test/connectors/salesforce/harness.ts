import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import { createSalesforce } from "../../../src/sandbox/salesforce/index.ts";
import { drawFrom } from "../../acceptance/draw.ts";
import type { Harness, TrueRecord, Truth, World, WorldOptions } from "../../acceptance/harness.ts";
import { fieldsOf, Refused, serveSystem, textOf } from "../../acceptance/served-system.ts";
import { salesforceChanges } from "./harness-changes.ts";
import type { Org } from "./harness-org.ts";
import { orgTurmoil } from "./harness-organisation.ts";
import { orgSeed, SEED_AS_OF, STAGES } from "./harness-seed.ts";

const SELECTION = {
  Account: ["Name", "OwnerId", "CSM__c"],
  Contact: ["LastName", "AccountId"],
  Lead: ["LastName", "Company", "Status", "OwnerId", "IsConverted"],
  Opportunity: ["Name", "StageName", "Amount", "OwnerId", "AccountId", "CloseDate"],
};
const HISTORIES: Readonly<Record<string, { readonly parent: string; readonly fields: readonly string[] }>> = {
  OpportunityHistory: { parent: "OpportunityId", fields: ["StageName", "Amount", "CloseDate", "CreatedDate"] },
  OpportunityFieldHistory: { parent: "OpportunityId", fields: ["Field", "OldValue", "NewValue", "CreatedDate"] },
  LeadHistory: { parent: "LeadId", fields: ["Field", "OldValue", "NewValue", "CreatedDate"] },
};
const SYSTEM = ["CreatedDate", "LastModifiedDate", "SystemModstamp"];
const COMPARED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(SELECTION).map(([object, fields]) => [object, [...fields, ...SYSTEM]])),
  OpportunityStage: ["MasterLabel", "ApiName", "IsClosed", "IsWon"],
  ...Object.fromEntries(Object.entries(HISTORIES).map(([object, { fields }]) => [object, fields])),
};

async function start(options: WorldOptions): Promise<World> {
  const { seed, records, rowsPerPage, limits, quick = false, varied = false, otherTenant = false } = options;
  const draw = drawFrom(seed);
  const served = await serveSystem({
    system: "salesforce",
    create: (environment) => createSalesforce(orgSeed(draw, records, otherTenant), environment),
    asOf: SEED_AS_OF,
    seed,
    quick,
    ...(limits === undefined ? {} : { limits }),
  });
  const { baseUrl = "", accessToken = "" } = served.description;
  const api = `${baseUrl}/services/data/v64.0`;
  const headers = { authorization: `Bearer ${accessToken}` };
  const control: Org["control"] = async (method, path, body) => fieldsOf(await served.control(method, path, body));
  const rows: Org["rows"] = async (object) => {
    const told = fieldsOf(fieldsOf(await control("GET", `/truth?streams=${object}`))[object] ?? {});
    return Object.values(told).map((each) => fieldsOf(each) as unknown as TrueRecord);
  };
  const hidden = new Set<string>();
  const org: Org = {
    rows,
    control,
    // Faults on the wire may hit this call, too: it is made until it is answered as a delete is.
    bin: async (object, id) => {
      for (let attempt = 0; attempt < 30; attempt += 1) {
        try {
          await served.call("DELETE", `${api}/sobjects/${object}/${id}`, headers);
          return true;
        } catch (error) {
          if (error instanceof Refused && error.status === 404) return true;
          if (error instanceof Refused && error.status === 400) return false;
        }
      }
      return false;
    },
  };
  if (rowsPerPage !== undefined) await control("POST", "/paging", { rows: rowsPerPage });
  const live = async (object = "Opportunity"): Promise<readonly string[]> =>
    (await rows(object))
      .filter(({ state }) => state === "live")
      .map(({ content }) => textOf(content["Id"]))
      .sort();
  const account = async (): Promise<string> => (await live("Account"))[0] ?? "";
  const write = async (object: string, fields: object, id?: string): Promise<string> => {
    const answer = await control("POST", "/write", { object, fields, ...(id === undefined ? {} : { id }) });
    return textOf(answer["id"]);
  };
  let made = 0;
  const turmoil = orgTurmoil(served, org);
  const deal = (accountId: string): object => {
    made += 1;
    return {
      Name: `New deal ${made}`,
      StageName: "Prospecting",
      CloseDate: "2026-09-30",
      AccountId: accountId,
    };
  };

  async function truth(): Promise<Truth> {
    const told = await control("GET", `/truth?streams=${Object.keys(COMPARED).join(",")}`);
    return Object.fromEntries(
      Object.entries(told).map(([object, list]) => {
        const parent = HISTORIES[object]?.parent;
        const entries = Object.entries(fieldsOf(list)).map(([id, one]): [string, TrueRecord] => {
          const row = one as unknown as TrueRecord;
          return [id, parent === undefined ? row : { ...row, member: textOf(row.content[parent]) }];
        });
        return [object, Object.fromEntries(entries)];
      }),
    );
  }

  return {
    served,
    settings: varied && draw.chance(0.3) ? { bulk: { from: 12 } } : {},
    selection: SELECTION,
    truth,
    ids: () => live(),
    create: async (count) => {
      const accountId = await account();
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) ids.push(await write("Opportunity", deal(accountId)));
      return ids;
    },
    change: async (id, salt) => {
      await write("Opportunity", { Amount: 10_000 + salt, StageName: STAGES[salt % 2] ?? "Prospecting" }, id);
    },
    remove: async (id, how) => {
      if (how === "soft") {
        await org.bin("Opportunity", id);
        return;
      }
      await control("POST", "/hard-delete", { object: "Opportunity", id });
    },
    undelete: async (id) => {
      await control("POST", "/undelete", { object: "Opportunity", id });
    },
    hide: async (isHidden) => {
      const some = isHidden ? (await live()).slice(0, 3) : [...hidden];
      await control("POST", "/visibility", { hidden: isHidden, rows: some });
      for (const id of some) {
        if (isHidden) hidden.add(id);
        else hidden.delete(id);
      }
      return some;
    },
    late: async () => {
      const writes = [{ object: "Opportunity", fields: deal(await account()) }];
      const { transaction } = await control("POST", "/transactions", { writes });
      return async () => {
        await control("POST", `/transactions/${textOf(transaction)}/commit`, {});
      };
    },
    drift: (kind) =>
      // A standard field keeps its type.
      kind === "retype"
        ? { object: "Account", field: "CSM__c", type: "string" }
        : { object: "Opportunity", field: kind === "add" ? "Drifted__c" : "Amount" },
    merge: async (stream) => {
      const [winner = "", loser = ""] = await live(stream);
      await control("POST", "/merge", { object: stream, masterId: winner, loserId: loser });
      return { winner, loser };
    },
    exhaust: async (exhausted) => {
      await control("POST", "/limits", { dailyCalls: exhausted ? 1 : 1_000_000 });
    },
    leastCalls: async () => {
      const cap = rowsPerPage ?? 2000;
      let pages = 0;
      const counts = fieldsOf((await control("GET", "/state"))["objects"]);
      const read = ["User", "Group", "OpportunityStage", "LeadStatus", "AccountHistory", ...Object.keys(COMPARED)];
      for (const object of read) {
        const { live: alive = 0, deleted = 0 } = fieldsOf(counts[object] ?? {});
        pages += Math.max(1, Math.ceil((Number(alive) + Number(deleted)) / cap));
      }
      return { pages, parents: 0 };
    },
    counted: async () => {
      const { total } = await control("GET", "/calls");
      await control("DELETE", "/calls");
      return Number(total);
    },
    changes: [...salesforceChanges(org, write), ...turmoil.changes],
    restore: turmoil.restore,
    midway: (draw) => {
      made += 1;
      const after = draw.below(20);
      const field = { fault: "schema", change: "add", object: "Opportunity", field: `Midway_${made}__c`, after };
      const change = { do: "rename-stage", from: draw.pick(STAGES), to: `Midway ${made}` };
      return draw.chance(0.5) ? field : { fault: "organisation", change, after };
    },
    close: () => served.close(),
  };
}

/** Salesforce for the acceptance suite and the league. */
export const salesforceHarness: Harness = {
  system: "salesforce",
  definition: salesforce,
  main: "Opportunity",
  removals: ["soft", "hard"],
  merges: ["Account", "Contact", "Lead"],
  lacks: {
    webhooks: "what changes is polled: change events need a subscription of their own",
    archive: "rows are binned or erased; old activities that are archived stay in queryAll and live",
    move: "every write of a row moves its SystemModstamp; formulas and parents' fields, which move none, are swept in the connector's own tests",
  },
  route: "/query",
  compared: COMPARED,
  repeats: "page",
  renewsSession: true,
  settleMs: 0,
  start,
};
