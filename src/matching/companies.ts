import { companyDomain, foldPhone } from "./addresses.ts";
import type { Aliases } from "./aliases.ts";
import { companyNameLevel } from "./comparison.ts";
import type { Agreement, Chances } from "./fellegi-sunter.ts";
import { chanceIn, countValues } from "./frequency.ts";
import { foldCompany, foldText } from "./normalise.ts";
import type { Kind } from "./resolve.ts";

/** What one system's record says of a company. */
export interface CompanyRecord {
  readonly id: string;
  readonly name: string | null;
  /** Web sites, domains and e-mail addresses. */
  readonly addresses: readonly string[];
  readonly phone: string | null;
  readonly country: string | null;
  /** Ids of the company in other systems, of records merged into this one too. */
  readonly externalIds: readonly string[];
}

export interface CompanyProfile {
  readonly id: string;
  readonly name: string | null;
  readonly domain: string | null;
  readonly phone: string | null;
  readonly country: string | null;
  readonly externalIds: readonly string[];
}

/**
 * Chances of the levels, within what labelled books of the sample company show (`npm run resolution -- --estimate`), and more
 * careful where those never err. Where the rarity of a value is known it takes the place of u.
 */
const CHANCES: Chances = {
  name: {
    same: { m: 0.72, u: 0.01 },
    "same words in another order": { m: 0.06, u: 0.000_2 },
    "nearly the same": { m: 0.12, u: 0.000_5 },
    alike: { m: 0.01, u: 0.002 },
    "another part of the company": { m: 0.005, u: 0.05 },
    "further words": { m: 0.01, u: 0.02 },
    "faintly alike": { m: 0.02, u: 0.05 },
    different: { m: 0.05, u: 0.9 },
  },
  domain: { same: { m: 0.9, u: 0.05 }, different: { m: 0.04, u: 0.99 } },
  phone: { same: { m: 0.85, u: 0.02 }, different: { m: 0.12, u: 0.99 } },
  country: { same: { m: 0.97, u: 0.3 }, different: { m: 0.03, u: 0.7 } },
  id: { same: { m: 0.99, u: 0.000_01 }, different: { m: 0.01, u: 0.99 } },
};

/** A name, domain or phone that only one record of a book holds is hardly ever another company's. */
const UNSEEN = 0.02;

/** How companies are told apart (reference §4). */
export const COMPANIES: Kind<CompanyRecord, CompanyProfile> = {
  chances: CHANCES,
  // A subsidiary and a brand share their owner's domain.
  neverAlone: ["domain", "country"],
  profileOf: (record, aliases) => ({
    id: record.id,
    name: companyName(record.name, aliases),
    domain: firstOf(record.addresses, (address) => companyDomain(address, aliases.domains)),
    phone: record.phone === null ? null : foldPhone(record.phone),
    country: record.country === null ? null : foldText(record.country),
    externalIds: record.externalIds,
  }),
  keysOf: ({ name, domain, phone, country, externalIds }) => [
    ...externalIds.map((id) => `id ${id}`),
    ...(domain === null ? [] : [`domain ${domain}`]),
    ...(phone === null ? [] : [`phone ${phone}`]),
    ...(name === null ? [] : nameKeys(name, country)),
  ],
  countsOf: (books) => ({
    name: countValues(of(books, "name"), UNSEEN),
    domain: countValues(of(books, "domain"), UNSEEN),
    phone: countValues(of(books, "phone"), UNSEEN),
  }),
  compare(a, b, counts) {
    const agreements: Agreement[] = [];
    const shared = a.externalIds.filter((id) => b.externalIds.includes(id));
    if (shared.length > 0) agreements.push({ field: "id", level: "same" });
    if (a.name !== null && b.name !== null) {
      const level = companyNameLevel(a.name, b.name);
      const chance = level === "same" ? chanceIn(counts, "name", a.name) : {};
      agreements.push({ field: "name", level, ...chance });
    }
    for (const field of ["domain", "phone", "country"] as const) {
      const [ours, theirs] = [a[field], b[field]];
      if (ours === null || theirs === null) continue;
      if (ours !== theirs) agreements.push({ field, level: "different" });
      else if (field === "country") agreements.push({ field, level: "same" });
      else agreements.push({ field, level: "same", ...chanceIn(counts, field, ours) });
    }
    return agreements;
  },
};

/** Folded, under the name in use. */
export function companyName(text: string | null, { companies }: Aliases): string | null {
  const name = foldCompany(text ?? "");
  if (name === "") return null;
  const alias = companies.size === 0 ? undefined : companies.get(name);
  return alias === undefined ? name : foldCompany(alias);
}

/**
 * The first four letters of the name as it stands and of its words in order, so that turned words meet; and the whole name,
 * so that equal names meet where a country is not known.
 */
function nameKeys(name: string, country: string | null): readonly string[] {
  const turned = name.split(" ").toSorted().join("");
  const starts = [name.replaceAll(" ", ""), turned].map((text) => `name ${text.slice(0, 4)} ${country ?? ""}`);
  return [...starts, `name ${turned}`];
}

function firstOf(texts: readonly string[], read: (text: string) => string | null): string | null {
  for (const text of texts) {
    const found = read(text);
    if (found !== null) return found;
  }
  return null;
}

function of<Field extends "name" | "domain" | "phone">(
  books: readonly (readonly CompanyProfile[])[],
  field: Field,
): readonly (readonly (string | null)[])[] {
  return books.map((profiles) => profiles.map((profile) => profile[field]));
}
