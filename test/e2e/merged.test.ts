import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { parseRecordKey } from "../../src/model/index.ts";
import type { Handoff } from "../../src/model/index.ts";
import { loadLinkedModel } from "../../src/sync/index.ts";
import { hubOn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;
let hub: TestHub;

beforeAll(async () => {
  company = await startCompany({ scale: 0.08 });
  hub = await hubOn(company);
  await hub.sync();
});

afterAll(async () => {
  await hub.close();
  await company.close();
});

/** By object key: the account it points to, and how that was found. */
async function accountsOf(): Promise<ReadonlyMap<string, { readonly objectId: string; readonly method: string }>> {
  const links = await hub.hub.store.model.referenceLinks();
  return new Map(links.flatMap(({ objectKey, name, ...link }) => (name === "account" ? [[objectKey, link]] : [])));
}

describe("two accounts merged into one", () => {
  test("leave every handoff as it was, and what names the one that went under is the survivor's", async () => {
    const before = await hub.reconcile();
    const accounts = await accountsOf();
    const accountOf = (key: string | null): string | undefined => accounts.get(key ?? "")?.objectId;
    const matched = before.filter(
      ({ contract, link, sourceKey, targetKey }) =>
        contract === "sales-to-cs"
        && link === "matched"
        && accountOf(sourceKey) !== undefined
        && accountOf(sourceKey) === accountOf(targetKey),
    );
    const [kept, merged] = matched.toSorted((a, b) =>
      (accountOf(a.sourceKey) ?? "") < (accountOf(b.sourceKey) ?? "") ? -1 : 1,
    );
    const [master = "", loser = ""] = [accountOf(kept?.sourceKey ?? null), accountOf(merged?.sourceKey ?? null)];
    expect(loser).not.toBe(master);
    await company.control("/systems/salesforce/merge", "POST", {
      masterId: parseRecordKey(master)?.id,
      loserId: parseRecordKey(loser)?.id,
    });
    await company.advance(60_000);
    await hub.sync();

    const states = (all: readonly Handoff[]): readonly unknown[] =>
      all.map(({ id, link, targetKey, label }) => ({ id, link, targetKey, label }));
    expect(states(await hub.reconcile())).toEqual(states(before));
    const after = await accountsOf();
    expect(after.get(merged?.sourceKey ?? "")).toMatchObject({ objectId: master });
    // The project still carries the name of the account that is gone.
    expect(after.get(merged?.targetKey ?? "")).toEqual({ objectId: master, method: "former:name" });
    const model = await loadLinkedModel(hub.hub.store, new AbortController().signal);
    const found: (readonly string[] | undefined)[] = [];
    for await (const account of model.objects("account")) {
      expect(account.id).not.toBe(loser);
      if (account.id === master) found.push(account.merged);
    }
    expect(found).toEqual([[loser]]);
  });
});
