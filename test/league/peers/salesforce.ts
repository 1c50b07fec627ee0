import type { JsonObject } from "../../../src/model/index.ts";
import type { World } from "../../acceptance/harness.ts";
import { textOf } from "../../acceptance/served-system.ts";
import { ask, PeerStore } from "../peer.ts";
import type { Peer } from "../peer.ts";

const SYSTEM = "Id, IsDeleted, CreatedDate, LastModifiedDate, SystemModstamp";
const OBJECTS: Readonly<Record<string, string>> = {
  Account: "Name, OwnerId, CSM__c",
  Contact: "LastName, AccountId",
  Lead: "LastName, Company, Status, OwnerId, IsConverted",
  Opportunity: "Name, StageName, Amount, OwnerId, AccountId, CloseDate",
};
const HISTORIES: Readonly<Record<string, readonly [parent: string, field: string, fields: string]>> = {
  OpportunityHistory: ["Opportunity", "OpportunityId", "StageName, Amount, CloseDate"],
  OpportunityFieldHistory: ["Opportunity", "OpportunityId", "Field, OldValue, NewValue"],
  LeadHistory: ["Lead", "LeadId", "Field, OldValue, NewValue"],
};

export function salesforcePeer({ served }: World): Peer {
  const store = new PeerStore();
  const { baseUrl = "", accessToken = "" } = served.description;
  const headers = { authorization: `Bearer ${accessToken}` };

  async function read(object: string, fields: string, stamp: string, take: (row: JsonObject) => void): Promise<void> {
    const mark = store.marks.get(object);
    const where = mark === undefined ? "" : ` WHERE ${stamp} > ${mark.replace("+0000", "Z")}`;
    const soql = `SELECT ${fields} FROM ${object}${where} ORDER BY ${stamp}`;
    let path: string | null = `/services/data/v64.0/queryAll?q=${encodeURIComponent(soql)}`;
    let newest = mark ?? "";
    while (path !== null) {
      const page: JsonObject = await ask(baseUrl + path, { headers });
      for (const row of page["records"] as readonly JsonObject[]) {
        take(row);
        const at = textOf(row[stamp]);
        if (at > newest) newest = at;
      }
      path = typeof page["nextRecordsUrl"] === "string" ? page["nextRecordsUrl"] : null;
    }
    if (newest !== "") store.marks.set(object, newest);
  }

  return {
    holding: store.holding,
    pull: async () => {
      for (const [object, fields] of Object.entries(OBJECTS)) {
        await read(object, `${SYSTEM}, ${fields}`, "SystemModstamp", (row) => {
          store.put(object, textOf(row["Id"]), row, row["IsDeleted"] === true ? "deleted" : null);
        });
      }
      await read(
        "OpportunityStage",
        "Id, SystemModstamp, MasterLabel, ApiName, IsClosed, IsWon",
        "SystemModstamp",
        (row) => {
          store.put("OpportunityStage", textOf(row["Id"]), row);
        },
      );
      for (const [object, [stream, field, fields]] of Object.entries(HISTORIES)) {
        await read(object, `Id, CreatedDate, ${field}, ${fields}`, "CreatedDate", (row) => {
          store.putMember(object, textOf(row["Id"]), row, { stream, id: textOf(row[field]) });
        });
      }
    },
  };
}
