import { INDUSTRIES, TITLES, createCompanyNames, personName, slug } from "./names.ts";
import type { Random } from "./random.ts";
import type { RosterEntry } from "./roster.ts";
import type { AccountStory, Currency, Region, Segment, Setting } from "./story.ts";

/** Makes accounts with names and domains of their own. */
export interface CustomerBook {
  readonly accounts: AccountStory[];
  /** A company name nobody has yet. */
  companyName(): string;
  open(fields: {
    readonly name: string;
    readonly domain?: string;
    readonly region: Region;
    readonly createdAt: number;
    readonly createdBy: RosterEntry;
    readonly owner: RosterEntry;
    readonly contact?: {
      readonly first: string;
      readonly last: string;
      readonly email: string;
      readonly title: string;
    };
  }): AccountStory;
}

/** Two thirds of the customers are in AMER. */
export function pickRegion(random: Random): Region {
  const draw = random.next();
  if (draw < 0.68) return "AMER";
  return draw < 0.9 ? "EMEA" : "APAC";
}

function pickSegment(random: Random): Segment {
  const draw = random.next();
  if (draw < 0.5) return "SMB";
  return draw < 0.82 ? "Mid-Market" : "Enterprise";
}

function pickCurrency(random: Random, region: Region): Currency {
  if (region !== "EMEA" || random.chance(0.25)) return "USD";
  return random.chance(0.65) ? "EUR" : "GBP";
}

/** The company domain that belongs to a name. */
export function domainOf(name: string): string {
  return `${slug(name)}.example`;
}

/** An empty book of customers. */
export function openBook(setting: Setting): CustomerBook {
  const random = setting.random("customers");
  const companyName = createCompanyNames(setting.random("company names"));
  const accounts: AccountStory[] = [];
  return {
    accounts,
    companyName,
    open: (fields) => {
      const domain = fields.domain ?? domainOf(fields.name);
      const account: AccountStory = {
        id: setting.ids.salesforce("001"),
        name: fields.name,
        domain,
        segment: pickSegment(random),
        region: fields.region,
        currency: pickCurrency(random, fields.region),
        industry: random.pick(INDUSTRIES),
        createdAt: fields.createdAt,
        createdBy: fields.createdBy,
        owner: fields.owner,
        contacts: [],
        parent: null,
        mergedInto: null,
        customer: false,
      };
      const people = random.chance(0.4) ? 2 : 1;
      for (let i = 0; i < people; i += 1) {
        const name = personName(random);
        const given = i === 0 ? fields.contact : undefined;
        account.contacts.push({
          id: setting.ids.salesforce("003"),
          first: given?.first ?? name.first,
          last: given?.last ?? name.last,
          email: given?.email ?? `${slug(name.first)}.${slug(name.last)}@${domain}`,
          title: given?.title ?? random.pick(TITLES),
          createdAt: fields.createdAt,
        });
      }
      accounts.push(account);
      return account;
    },
  };
}
