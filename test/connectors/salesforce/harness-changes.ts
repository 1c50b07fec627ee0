import type { Change, Draw, TrueRecord } from "../../acceptance/harness.ts";
import { ANN, BEN } from "../../support/salesforce-seed.ts";
import { textOf } from "../../acceptance/served-system.ts";
import type { Org } from "./harness-org.ts";
import { STAGES, STATUSES } from "./harness-seed.ts";

type Write = (object: string, fields: object, id?: string) => Promise<string>;

const LIVE = ({ state }: TrueRecord): boolean => state === "live";

/** Everything that happens in an org at random. */
export function salesforceChanges(org: Org, write: Write): readonly Change[] {
  let serial = 0;
  const anyOf = async (draw: Draw, object: string, fits = LIVE): Promise<string | undefined> =>
    draw.pick(
      (await org.rows(object))
        .filter(fits)
        .map(({ content }) => textOf(content["Id"]))
        .sort(),
    );
  const people = async (draw: Draw): Promise<string | undefined> => draw.pick([ANN, BEN]);
  const deal = async (draw: Draw): Promise<object> => {
    serial += 1;
    return {
      Name: `League deal ${serial}`,
      StageName: draw.pick(STAGES),
      Amount: draw.below(1000) * 10,
      CloseDate: "2026-10-31",
      AccountId: (await anyOf(draw, "Account")) ?? null,
      OwnerId: await people(draw),
    };
  };
  const on = async (
    draw: Draw,
    object: string,
    act: (id: string) => Promise<string | null>,
    fits = LIVE,
  ): Promise<string | null> => {
    const id = await anyOf(draw, object, fits);
    return id === undefined ? null : act(id);
  };

  return [
    {
      name: "create deals",
      weight: 4,
      make: async (draw) => {
        const ids: string[] = [];
        for (let n = draw.below(6); n >= 0; n -= 1) ids.push(await write("Opportunity", await deal(draw)));
        return ids.join(" ");
      },
    },
    {
      name: "change deal",
      weight: 8,
      make: (draw) =>
        on(draw, "Opportunity", async (id) => {
          await write("Opportunity", { StageName: draw.pick(STAGES), Amount: draw.below(1000) * 10 }, id);
          return id;
        }),
    },
    {
      name: "give deal away",
      weight: 2,
      make: (draw) =>
        on(draw, "Opportunity", async (id) => {
          await write("Opportunity", { OwnerId: await people(draw) }, id);
          return id;
        }),
    },
    {
      name: "touch many deals",
      weight: 2,
      make: async (draw) => {
        const ids = (await org.rows("Opportunity"))
          .filter(LIVE)
          .map(({ content }) => textOf(content["Id"]))
          .sort();
        const some = ids.filter(() => draw.chance(0.3));
        serial += 1;
        for (const id of some) await write("Opportunity", { Name: `Touched ${serial}` }, id);
        return `${some.length}`;
      },
    },
    {
      name: "change account",
      weight: 2,
      make: (draw) =>
        on(draw, "Account", async (id) => {
          serial += 1;
          await write("Account", { Name: `Renamed ${serial}`, CSM__c: await people(draw) }, id);
          return id;
        }),
    },
    {
      name: "change lead",
      weight: 3,
      make: (draw) =>
        on(
          draw,
          "Lead",
          async (id) => {
            await write("Lead", { Status: draw.pick(STATUSES) }, id);
            return id;
          },
          (row) => LIVE(row) && row.content["IsConverted"] !== true,
        ),
    },
    {
      name: "convert lead",
      weight: 1,
      make: (draw) =>
        on(
          draw,
          "Lead",
          async (id) => {
            await org.control("POST", "/convert", {
              leadId: id,
              convertedStatus: "Converted",
              opportunityName: `From ${id}`,
            });
            return id;
          },
          (row) => LIVE(row) && row.content["IsConverted"] !== true,
        ),
    },
    ...["Opportunity", "Contact", "Lead", "Account"].map((object): Change => ({
      name: `bin ${object}`,
      weight: object === "Opportunity" ? 3 : 1,
      make: (draw) => on(draw, object, async (id) => ((await org.bin(object, id)) ? id : null)),
    })),
    ...["Opportunity", "Contact"].map((object): Change => ({
      name: `erase ${object}`,
      quiet: true,
      weight: 1,
      make: (draw) =>
        on(draw, object, async (id) => {
          await org.control("POST", "/hard-delete", { object, id });
          return id;
        }),
    })),
    ...["Opportunity", "Contact", "Account"].map((object): Change => ({
      name: `undelete ${object}`,
      quiet: true,
      weight: 1,
      make: (draw) =>
        on(
          draw,
          object,
          async (id) => {
            await org.control("POST", "/undelete", { object, id });
            return id;
          },
          ({ state, content }) =>
            state === "deleted" && content["IsDeleted"] === true && typeof content["MasterRecordId"] !== "string",
        ),
    })),
    {
      name: "merge accounts",
      weight: 1,
      make: async (draw) => {
        const [master, loser] = [await anyOf(draw, "Account"), await anyOf(draw, "Account")];
        if (master === undefined || loser === undefined || master === loser) return null;
        await org.control("POST", "/merge", { masterId: master, loserId: loser });
        return `${loser} into ${master}`;
      },
    },
    {
      name: "save now, commit later",
      weight: 3,
      make: async (draw) => {
        const writes: { object: string; id?: string; fields: object }[] = [
          { object: "Opportunity", fields: await deal(draw) },
        ];
        const changed = await anyOf(draw, "Opportunity");
        if (changed !== undefined && draw.chance(0.5)) {
          writes.push({ object: "Opportunity", id: changed, fields: { Amount: draw.below(9999) } });
        }
        // Beyond ten minutes no transaction runs.
        const commitAfterMs = 1000 * draw.below(590);
        const { transaction } = await org.control("POST", "/transactions", { writes, commitAfterMs });
        return `${textOf(transaction)} after ${commitAfterMs / 1000} s`;
      },
    },
  ];
}
