import { domainOf } from "./customers.ts";
import type { BookCompany, LabelledPair } from "./labelled-books.ts";
import { accentuate, misspell, phoneNumber, writePhone } from "./noise.ts";
import { createCompanyNames, slug } from "./names.ts";
import type { Random } from "./random.ts";
import type { AccountStory, Region } from "./story.ts";

/** What befalls an account on its way into the other book, with its share; the rest is not there at all. */
const NOISE = [
  ["as it is", 0.17],
  ["misspelt", 0.12],
  ["other legal form", 0.12],
  ["word order", 0.07],
  ["diacritics", 0.07],
  ["free mail", 0.08],
  ["merged", 0.06],
  ["renamed", 0.06],
  ["moved to another domain", 0.05],
  ["misspelt with another legal form", 0.05],
] as const;
const TEMPTATIONS = [
  "subsidiary",
  "stranger of nearly the same name",
  "same name abroad",
  "brand at the same domain",
] as const;
const COUNTRIES: Readonly<Record<Region, readonly string[]>> = {
  AMER: ["US", "CA", "BR"],
  EMEA: ["DE", "GB", "FR", "NL", "ES"],
  APAC: ["AU", "SG", "JP"],
};
const LEGAL = ["Inc.", "LLC", "Ltd", "GmbH", "S.A.", "B.V.", "Pty Ltd", "Corp"];
const MAILBOXES = ["gmail.com", "outlook.com", "gmx.de", "yahoo.com"];

export interface LabelledCompanies {
  readonly left: readonly BookCompany[];
  readonly right: readonly BookCompany[];
  readonly domains: ReadonlyMap<string, string>;
  readonly pairs: readonly LabelledPair[];
}

/** Every account in one book; most of them, changed, and look-alikes of some in the other. */
export function labelledCompanies(random: Random, accounts: readonly AccountStory[]): LabelledCompanies {
  const left: BookCompany[] = [];
  const right: BookCompany[] = [];
  const pairs: LabelledPair[] = [];
  const domains = new Map<string, string>();
  const freshName = createCompanyNames(random);
  for (const account of accounts) {
    const digits = phoneNumber(random);
    const country = random.pick(COUNTRIES[account.region]);
    const id = `crm-${account.id}`;
    left.push({
      id,
      name: random.chance(0.4) ? `${account.name}, ${random.pick(LEGAL)}` : account.name,
      addresses: [`https://www.${account.domain}`],
      phone: random.chance(0.8) ? writePhone(random, digits) : null,
      country: random.chance(0.9) ? country : null,
      externalIds: [],
    });
    const shared = {
      id: `billing-${account.id}`,
      name: account.name,
      addresses: random.chance(0.75) ? [random.pick([`billing@${account.domain}`, account.domain])] : [],
      // Some numbers are those of a branch, some countries those of whoever typed.
      phone: random.chance(0.6) ? writePhone(random, random.chance(0.06) ? phoneNumber(random) : digits) : null,
      country: random.chance(0.75) ? (random.chance(0.04) ? abroadOf(random, country) : country) : null,
      externalIds: [],
    };
    const noise = drawNoise(random);
    if (noise !== null) {
      const company = changed(random, noise, account, shared, { digits, freshName, domains, id });
      right.push(company);
      pairs.push({ type: "company", left: id, right: company.id, same: true, noise });
    }
    if (random.chance(0.25)) {
      const temptation = random.pick(TEMPTATIONS);
      const company = tempting(random, temptation, account, country, freshName);
      right.push(company);
      pairs.push({ type: "company", left: id, right: company.id, same: false, noise: temptation });
    }
  }
  return { left, right: random.shuffled(right), domains, pairs };
}

function abroadOf(random: Random, country: string): string {
  return random.pick(
    Object.values(COUNTRIES)
      .flat()
      .filter((other) => other !== country),
  );
}

type Noise = (typeof NOISE)[number][0];

function drawNoise(random: Random): Noise | null {
  let draw = random.next();
  for (const [noise, share] of NOISE) {
    if (draw < share) return noise;
    draw -= share;
  }
  return null;
}

interface Circumstances {
  readonly digits: string;
  readonly freshName: () => string;
  readonly domains: Map<string, string>;
  /** The record in the other book. */
  readonly id: string;
}

function changed(
  random: Random,
  noise: Noise,
  account: AccountStory,
  company: BookCompany,
  { digits, freshName, domains, id }: Circumstances,
): BookCompany {
  const { name } = account;
  switch (noise) {
    case "as it is":
      return company;
    case "misspelt":
      return { ...company, name: misspell(random, name) };
    case "other legal form":
      return { ...company, name: `${random.chance(0.2) ? "The " : ""}${name} ${random.pick(LEGAL)}` };
    case "misspelt with another legal form":
      return { ...company, name: `${misspell(random, name)} ${random.pick(LEGAL)}` };
    case "word order":
      return {
        ...company,
        name: random.pick([name.split(" ").toReversed().join(" "), name.replace(/^(\S+) (.+)$/u, "$2, $1")]),
      };
    case "diacritics":
      return { ...company, name: accentuate(random, name) };
    case "free mail":
      return {
        ...company,
        name: random.chance(0.3) ? `${name} ${random.pick(LEGAL)}` : name,
        addresses: [`${slug(name).replaceAll("-", "")}@${random.pick(MAILBOXES)}`],
        country: company.country ?? null,
      };
    case "merged":
      // The book still has the record that went under; the surviving one keeps its id.
      return { ...company, name: `${name} ${random.pick(["Inc", "(old)", "2"])}`, externalIds: [id] };
    case "renamed": {
      const renamed = freshName();
      return { ...company, name: renamed, addresses: [account.domain], phone: writePhone(random, digits) };
    }
    case "moved to another domain": {
      const former = `${slug(name)}-online.example`;
      domains.set(former, account.domain);
      return { ...company, addresses: [`info@${former}`] };
    }
    default:
      throw new Error(`Nobody said what ${String(noise)} does.`);
  }
}

function tempting(
  random: Random,
  temptation: (typeof TEMPTATIONS)[number],
  { id, name, domain }: AccountStory,
  country: string,
  freshName: () => string,
): BookCompany {
  const abroad = abroadOf(random, country);
  const own = {
    id: `billing-${slug(temptation)}-${id}`,
    phone: random.chance(0.6) ? writePhone(random, phoneNumber(random)) : null,
    country: random.chance(0.75) ? country : null,
    externalIds: [],
  };
  switch (temptation) {
    case "subsidiary": {
      const [part, place] = random.pick([
        ["GmbH", "DE"],
        ["Europe", "NL"],
        ["Asia Pacific", "SG"],
        ["UK Ltd", "GB"],
      ] as const);
      // Some have a domain of their own, some sit at that of the group.
      const address = random.chance(0.6) ? domainOf(`${name} ${part}`) : `${part.slice(0, 2).toLowerCase()}@${domain}`;
      return { ...own, name: `${name} ${part}`, addresses: [address], country: place };
    }
    case "stranger of nearly the same name": {
      const other = random.pick([
        `${name} Consulting`,
        `${name} Partners`,
        `New ${name}`,
        `${name.split(" ")[0] ?? name} ${freshName().split(" ")[1] ?? ""}`,
      ]);
      return { ...own, name: other, addresses: random.chance(0.8) ? [domainOf(other)] : [] };
    }
    case "same name abroad":
      return {
        ...own,
        name,
        addresses: random.chance(0.7) ? [`${slug(name)}-${abroad.toLowerCase()}.example`] : [],
        country: random.chance(0.9) ? abroad : null,
      };
    case "brand at the same domain":
      return { ...own, name: freshName(), addresses: [`hello@${domain}`] };
    default:
      throw new Error(`Nobody said what ${String(temptation)} is.`);
  }
}
