import { DAY, HOUR } from "./calendar.ts";
import type { CustomerBook } from "./customers.ts";
import { domainOf } from "./customers.ts";
import { second } from "./leads.ts";
import type { AccountStory, DealStory, Setting } from "./story.ts";

/** Two accounts of whom the scenario knows whether they are the same company. */
export interface AccountPair {
  readonly a: AccountStory;
  readonly b: AccountStory;
  readonly same: boolean;
  readonly why: string;
}

function misspelt(name: string): string {
  return name.length < 5 ? `${name}e` : `${name.slice(0, 3)}${name.charAt(4)}${name.charAt(3)}${name.slice(5)}`;
}

/** Adds subsidiaries, doubles, misspelt doubles, strangers of nearly the same name and merged accounts. */
export function tellLookalikes(setting: Setting, book: CustomerBook, deals: readonly DealStory[]): AccountPair[] {
  const random = setting.random("lookalikes");
  const { asOf, start } = setting;
  const pairs: AccountPair[] = [];
  const plain = deals
    .filter((deal) => deal.type === "New Business" && deal.defects.length === 0)
    .map((deal) => deal.account);
  const bases = random.shuffled(plain).slice(0, Math.round(20 * setting.scale));
  const kinds = ["subsidiary", "double", "misspelt double", "stranger", "merged"] as const;
  bases.forEach((account, i) => {
    const kind = kinds[i % kinds.length] ?? "stranger";
    const variants: Readonly<Record<(typeof kinds)[number], string>> = {
      subsidiary: `${account.name} GmbH`,
      double: `${account.name}, Inc.`,
      "misspelt double": misspelt(account.name),
      stranger: `${account.name} Consulting`,
      merged: `${account.name} Inc`,
    };
    const name = variants[kind];
    const other = kind === "subsidiary" || kind === "stranger";
    const createdAt = second(
      Math.min(Math.max(start, account.createdAt + random.between(-60, 60) * DAY), asOf - 15 * DAY),
    );
    const twin = book.open({
      name,
      domain: other ? domainOf(name) : account.domain,
      region: account.region,
      createdAt,
      createdBy: account.owner,
      owner: account.owner,
    });
    if (kind === "subsidiary") twin.parent = account;
    // A merge is only seen while the loser is still in the recycle bin.
    if (kind === "merged") {
      if (account.createdAt > asOf - 12 * DAY) return;
      twin.mergedInto = { account, at: second(asOf - random.between(6, 9 * 24) * HOUR) };
    }
    pairs.push({ a: account, b: twin, same: !other, why: kind });
  });
  return pairs;
}
