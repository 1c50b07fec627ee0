import { domainOf } from "./customers.ts";
import type { BookContact, LabelledPair } from "./labelled-books.ts";
import { accentuate, misspell, phoneNumber, writePhone } from "./noise.ts";
import { createCompanyNames, personName, slug } from "./names.ts";
import type { Random } from "./random.ts";
import type { AccountStory, ContactStory } from "./story.ts";

const NOISE = [
  "as it is",
  "misspelt",
  "turned round",
  "diacritics",
  "short form",
  "other address",
  "free mail",
  "no address",
] as const;
const TEMPTATIONS = ["colleague", "namesake", "mailbox of many"] as const;
const MAILBOXES = ["gmail.com", "outlook.com", "gmx.de", "icloud.com"];
const SHORT: Readonly<Record<string, string>> = {
  Abigail: "Abby",
  David: "Dave",
  Magda: "Magdalena",
  Martin: "Marty",
  Oscar: "Ozzie",
  Robert: "Bob",
  Theo: "Theodore",
  Victor: "Vic",
  Walter: "Walt",
};

export interface LabelledContacts {
  readonly left: readonly BookContact[];
  readonly right: readonly BookContact[];
  readonly pairs: readonly LabelledPair[];
}

/** Every contact in one book; three in four, changed, and people like them in the other. */
export function labelledContacts(random: Random, accounts: readonly AccountStory[]): LabelledContacts {
  const left: BookContact[] = [];
  const right: BookContact[] = [];
  const pairs: LabelledPair[] = [];
  const strangersCompany = createCompanyNames(random);
  for (const account of accounts) {
    for (const contact of account.contacts) {
      const digits = phoneNumber(random);
      const id = `crm-${contact.id}`;
      left.push({
        id,
        name: `${contact.first} ${contact.last}`,
        email: contact.email,
        phone: random.chance(0.6) ? writePhone(random, digits) : null,
        company: account.name,
      });
      if (random.chance(0.75)) {
        const noise = random.pick(NOISE);
        right.push(changed(random, noise, account, contact, random.chance(0.5) ? writePhone(random, digits) : null));
        pairs.push({ type: "contact", left: id, right: `list-${contact.id}`, same: true, noise });
      }
      if (random.chance(0.2)) {
        const temptation = random.pick(TEMPTATIONS);
        const other = tempting(random, temptation, account, contact, strangersCompany);
        right.push(other);
        pairs.push({ type: "contact", left: id, right: other.id, same: false, noise: temptation });
      }
    }
  }
  return { left, right: random.shuffled(right), pairs };
}

function changed(
  random: Random,
  noise: (typeof NOISE)[number],
  { name: company, domain }: AccountStory,
  { id, first, last, email }: ContactStory,
  phone: string | null,
): BookContact {
  const as = { id: `list-${id}`, name: `${first} ${last}`, email, phone, company: random.chance(0.7) ? company : null };
  switch (noise) {
    case "as it is":
      return as;
    case "misspelt":
      return {
        ...as,
        name: random.chance(0.5) ? `${misspell(random, first)} ${last}` : `${first} ${misspell(random, last)}`,
      };
    case "turned round":
      return { ...as, name: `${last}, ${first}` };
    case "diacritics":
      return { ...as, name: accentuate(random, `${first} ${last}`) };
    case "short form":
      return { ...as, name: `${SHORT[first] ?? `${first.charAt(0)}.`} ${last}` };
    case "other address":
      return { ...as, email: `${slug(first).charAt(0)}.${slug(last)}@${domain}` };
    case "free mail":
      return { ...as, email: `${slug(first)}${slug(last)}@${random.pick(MAILBOXES)}`, company };
    case "no address":
      return { ...as, email: null, company };
    default:
      throw new Error(`Nobody said what ${String(noise)} does.`);
  }
}

function tempting(
  random: Random,
  temptation: (typeof TEMPTATIONS)[number],
  { name: company, domain }: AccountStory,
  { id, first, last }: ContactStory,
  strangersCompany: () => string,
): BookContact {
  const as = { id: `list-${slug(temptation)}-${id}`, phone: null, company };
  switch (temptation) {
    case "colleague": {
      const other = personName(random);
      const family = random.chance(0.3) ? last : other.last;
      const given = other.first === first ? `${other.first}a` : other.first;
      return { ...as, name: `${given} ${family}`, email: `${slug(given)}.${slug(family)}@${domain}` };
    }
    case "namesake": {
      const elsewhere = strangersCompany();
      return {
        ...as,
        name: `${first} ${last}`,
        email: `${slug(first)}.${slug(last)}@${domainOf(elsewhere)}`,
        company: elsewhere,
      };
    }
    case "mailbox of many":
      return { ...as, name: null, email: `${random.pick(["info", "sales", "office"])}@${domain}` };
    default:
      throw new Error(`Nobody said what ${String(temptation)} is.`);
  }
}
