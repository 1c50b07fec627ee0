import { companyDomain, foldPhone, readEmail } from "./addresses.ts";
import type { Email } from "./addresses.ts";
import { companyName } from "./companies.ts";
import { companyNameLevel, personNameLevel, readPersonName } from "./comparison.ts";
import type { PersonName } from "./comparison.ts";
import type { Agreement, Chances } from "./fellegi-sunter.ts";
import { chanceIn, countValues } from "./frequency.ts";
import { foldName } from "./normalise.ts";
import type { Kind } from "./resolve.ts";
import { nameLikeness } from "./similarity.ts";

/** What one system's record says of a person outside the company. */
export interface ContactRecord {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** The name of the company. */
  readonly company: string | null;
}

export interface ContactProfile {
  readonly id: string;
  readonly name: PersonName | null;
  /** Null also for an address that many persons read. */
  readonly email: Email | null;
  /** Of the address, role addresses too; null for free mail. */
  readonly domain: string | null;
  readonly phone: string | null;
  readonly company: string | null;
}

/** Jaro–Winkler from which two local parts of one domain are one person's (reference §4). */
const SAME_LOCAL_PART = 0.88;

/** Two persons of one name, or two contacts of one company, are more common than two companies of one name. */
const UNSEEN = 0.2;

/** Chosen as those of companies are. */
const CHANCES: Chances = {
  "e-mail": {
    same: { m: 0.7, u: 0.000_01 },
    "alike at the same domain": { m: 0.12, u: 0.001 },
    "same domain": { m: 0.14, u: 0.02 },
    different: { m: 0.1, u: 0.97 },
  },
  name: {
    same: { m: 0.78, u: 0.01 },
    "short form": { m: 0.06, u: 0.001 },
    "nearly the same": { m: 0.1, u: 0.001 },
    "only the family name": { m: 0.02, u: 0.02 },
    different: { m: 0.02, u: 0.96 },
  },
  phone: { same: { m: 0.7, u: 0.02 }, different: { m: 0.25, u: 0.99 } },
  company: {
    same: { m: 0.75, u: 0.02 },
    "same words in another order": { m: 0.06, u: 0.000_5 },
    "nearly the same": { m: 0.1, u: 0.002 },
    alike: { m: 0.01, u: 0.005 },
    "another part of the company": { m: 0.02, u: 0.02 },
    "further words": { m: 0.02, u: 0.02 },
    "faintly alike": { m: 0.01, u: 0.05 },
    different: { m: 0.05, u: 0.9 },
  },
};

/** How persons outside the company are told apart (reference §4). */
export const CONTACTS: Kind<ContactRecord, ContactProfile> = {
  chances: CHANCES,
  // Colleagues share a domain and a switchboard.
  neverAlone: ["company", "phone"],
  profileOf(record, aliases) {
    const email = record.email === null ? null : readEmail(record.email);
    return {
      id: record.id,
      name: record.name === null ? null : readPersonName(record.name, foldName),
      email: email?.role === true ? null : email,
      domain: record.email === null ? null : companyDomain(record.email, aliases.domains),
      phone: record.phone === null ? null : foldPhone(record.phone),
      company: companyName(record.company, aliases),
    };
  },
  keysOf: ({ name, email, domain, phone, company }) => [
    ...(email === null ? [] : [`e-mail ${email.address}`]),
    ...(phone === null ? [] : [`phone ${phone}`]),
    ...(domain === null ? [] : [`domain ${domain}`]),
    ...(name === null ? [] : [`name ${name.family.slice(0, 4)} ${name.given.slice(0, 1)}`]),
    ...(name === null || company === null ? [] : [`company ${company.slice(0, 4)} ${name.given.slice(0, 2)}`]),
  ],
  countsOf: (books) => ({
    name: countValues(
      books.map((profiles) => profiles.map(({ name }) => (name === null ? null : fullName(name)))),
      UNSEEN,
    ),
    company: countValues(
      books.map((profiles) => profiles.map(({ company }) => company)),
      UNSEEN,
    ),
    phone: countValues(
      books.map((profiles) => profiles.map(({ phone }) => phone)),
      UNSEEN,
    ),
  }),
  compare(a, b, counts) {
    const agreements: Agreement[] = [];
    const email = emailLevel(a, b);
    if (email !== null) agreements.push({ field: "e-mail", level: email });
    if (a.name !== null && b.name !== null) {
      const level = personNameLevel(a.name, b.name);
      const chance = level === "same" ? chanceIn(counts, "name", fullName(a.name)) : {};
      agreements.push({ field: "name", level, ...chance });
    }
    if (a.phone !== null && b.phone !== null) {
      if (a.phone === b.phone)
        agreements.push({ field: "phone", level: "same", ...chanceIn(counts, "phone", a.phone) });
      else agreements.push({ field: "phone", level: "different" });
    }
    // Both tell of the employer: where the addresses have domains, those have said it already.
    if (a.company !== null && b.company !== null && (a.domain === null || b.domain === null)) {
      const level = companyNameLevel(a.company, b.company);
      const chance = level === "same" ? chanceIn(counts, "company", a.company) : {};
      agreements.push({ field: "company", level, ...chance });
    }
    return agreements;
  },
};

function fullName({ given, family }: PersonName): string {
  return `${given} ${family}`;
}

function emailLevel(a: ContactProfile, b: ContactProfile): string | null {
  const [ours, theirs] = [a.email, b.email];
  if (ours !== null && theirs !== null && ours.address === theirs.address) return "same";
  if (a.domain !== null && b.domain !== null) {
    if (a.domain !== b.domain) return "different";
    if (ours === null || theirs === null) return "same domain";
    return nameLikeness(ours.local, theirs.local) >= SAME_LOCAL_PART ? "alike at the same domain" : "same domain";
  }
  // People have one address at work and another at home; two at home tell a little.
  return ours?.free === true && theirs?.free === true ? "different" : null;
}
