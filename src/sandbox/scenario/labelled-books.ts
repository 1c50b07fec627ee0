import { labelledCompanies } from "./labelled-companies.ts";
import { labelledContacts } from "./labelled-contacts.ts";
import { tellStory } from "./tell.ts";
import type { ScenarioOptions } from "./tell.ts";

/** What one system's book says of a company. */
export interface BookCompany {
  readonly id: string;
  readonly name: string | null;
  readonly addresses: readonly string[];
  readonly phone: string | null;
  readonly country: string | null;
  readonly externalIds: readonly string[];
}

/** What one system's book says of a person. */
export interface BookContact {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly company: string | null;
}

/** A record of the first book and one of the second, and whether they are one thing. */
export interface LabelledPair {
  readonly type: "company" | "contact";
  readonly left: string;
  readonly right: string;
  readonly same: boolean;
  /** What makes it hard: `misspelt`, `subsidiary`. */
  readonly noise: string;
}

/** Two books of the same customers, kept by different people. */
export interface LabelledBooks {
  readonly companies: { readonly left: readonly BookCompany[]; readonly right: readonly BookCompany[] };
  readonly contacts: { readonly left: readonly BookContact[]; readonly right: readonly BookContact[] };
  /** Domains that were given up, with the one in use. */
  readonly domains: ReadonlyMap<string, string>;
  /** Every pair that is one thing, and pairs made to be taken for one. */
  readonly pairs: readonly LabelledPair[];
  /** The accounts of Salesforce itself, among which some are double, misspelt double, merged, subsidiaries or strangers. */
  readonly accounts: { readonly book: readonly BookCompany[]; readonly pairs: readonly LabelledPair[] };
}

/**
 * The sample company's accounts and contacts as two systems keep them: misspelt, turned round, with other legal forms, behind
 * free mail, merged, renamed and moved, beside subsidiaries, strangers and namesakes. Pure: the same options give the same.
 */
export function createLabelledBooks(options: ScenarioOptions): LabelledBooks {
  const { story, accountPairs } = tellStory(options);
  const accounts = story.accounts.filter(({ mergedInto }) => mergedInto === null);
  const companies = labelledCompanies(story.setting.random("labelled companies"), accounts);
  const contacts = labelledContacts(story.setting.random("labelled contacts"), accounts);
  return {
    companies: { left: companies.left, right: companies.right },
    contacts: { left: contacts.left, right: contacts.right },
    domains: companies.domains,
    pairs: [...companies.pairs, ...contacts.pairs],
    accounts: {
      book: story.accounts.map(({ id, name, domain, region, mergedInto }) => ({
        id,
        name,
        addresses: [`https://www.${domain}`],
        phone: null,
        country: region,
        externalIds: mergedInto === null ? [id] : [id, mergedInto.account.id],
      })),
      pairs: accountPairs.map(({ a, b, same, why }) => ({
        type: "company",
        left: a.id,
        right: b.id,
        same,
        noise: why,
      })),
    },
  };
}
