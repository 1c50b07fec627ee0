import type { Actor } from "../model/index.ts";
import type { UserAccount } from "./accounts.ts";
import { foldName, foldText } from "./normalise.ts";

/** Somebody of config/people.yaml, as of one day. */
export interface KnownPerson {
  readonly id: string;
  readonly name: string;
  readonly kind: "human" | "service" | "queue";
  readonly team: string | null;
  /** The id of who takes over. */
  readonly backup: string | null;
  readonly emails: readonly string[];
  /** Connection → the e-mail, user name, display name or id that the system knows the person by. */
  readonly accounts: Readonly<Record<string, readonly string[]>>;
}

export interface UnresolvedAccount {
  readonly account: UserAccount;
  readonly why: string;
}

export interface ResolvedPeople {
  /** Every known person, with the accounts found. */
  readonly actors: readonly Actor[];
  /** `system/tenant/user id` → actor id. */
  readonly byAccount: ReadonlyMap<string, string>;
  /** Accounts that nobody was found for. */
  readonly unresolved: readonly UnresolvedAccount[];
  /** Configured accounts that the system does not have. */
  readonly absent: readonly { readonly person: string; readonly connection: string; readonly account: string }[];
}

interface Found {
  readonly person: KnownPerson;
  readonly method: "configured" | "e-mail" | "name";
  readonly why: string;
}

/**
 * Finds the person behind every account: by what people.yaml says for its connection, then by e-mail, then by a name
 * that only one person and one account of the connection have. What is not certain stays unresolved, with the reason.
 */
export function resolvePeople(people: readonly KnownPerson[], accounts: readonly UserAccount[]): ResolvedPeople {
  const found = new Map<UserAccount, Found>();
  const reasons = new Map<UserAccount, string>();
  const absent = matchConfigured(people, accounts, found, reasons);
  matchEmails(people, accounts, found, reasons);
  matchNames(people, accounts, found, reasons);
  return {
    actors: people.map((person) =>
      actorOf(
        person,
        accounts.filter((account) => found.get(account)?.person === person),
        found,
      ),
    ),
    byAccount: new Map([...found].map(([account, { person }]) => [accountKey(account), person.id])),
    unresolved: accounts
      .filter((account) => !found.has(account))
      .map((account) => ({
        account,
        why: reasons.get(account) ?? "Nobody in people.yaml has this account, e-mail or name.",
      })),
    absent,
  };
}

function accountKey({ system, tenant, id }: UserAccount): string {
  return `${system}/${tenant}/${id}`;
}

function matchConfigured(
  people: readonly KnownPerson[],
  accounts: readonly UserAccount[],
  found: Map<UserAccount, Found>,
  reasons: Map<UserAccount, string>,
): ResolvedPeople["absent"] {
  const index = new Map<string, UserAccount[]>();
  const put = (key: string, account: UserAccount): void => {
    const list = index.get(key);
    if (list === undefined) index.set(key, [account]);
    else if (!list.includes(account)) list.push(account);
  };
  for (const account of accounts) {
    put(`${account.connection}\0id\0${account.id}`, account);
    for (const text of [account.username, account.email]) {
      if (text !== null) put(`${account.connection}\0text\0${foldText(text)}`, account);
    }
    if (account.name !== null) put(`${account.connection}\0name\0${foldText(account.name)}`, account);
  }
  const absent: { person: string; connection: string; account: string }[] = [];
  for (const person of people) {
    for (const [connection, texts] of Object.entries(person.accounts)) {
      if (!accounts.some((account) => account.connection === connection)) continue;
      for (const text of texts) {
        const hits = ["id", "text", "name"]
          .map((kind) => index.get(`${connection}\0${kind}\0${kind === "id" ? text : foldText(text)}`))
          .find((list) => list !== undefined);
        if (hits === undefined) absent.push({ person: person.name, connection, account: text });
        else if (hits.length > 1) {
          for (const hit of hits) reasons.set(hit, `"${text}" of ${person.name} fits ${String(hits.length)} accounts.`);
        } else {
          const [account] = hits;
          if (account === undefined || found.has(account)) continue;
          found.set(account, { person, method: "configured", why: `people.yaml names it "${text}".` });
        }
      }
    }
  }
  return absent;
}

function matchEmails(
  people: readonly KnownPerson[],
  accounts: readonly UserAccount[],
  found: Map<UserAccount, Found>,
  reasons: Map<UserAccount, string>,
): void {
  const owners = new Map<string, Set<KnownPerson>>();
  const own = (email: string, person: KnownPerson): void => {
    const key = foldText(email);
    owners.set(key, (owners.get(key) ?? new Set()).add(person));
  };
  for (const person of people) {
    const configured = Object.values(person.accounts).flat();
    for (const email of [...person.emails, ...configured]) if (email.includes("@")) own(email, person);
  }
  for (const [account, { person }] of found) if (account.email !== null) own(account.email, person);
  for (const account of accounts) {
    if (found.has(account) || reasons.has(account) || account.email === null) continue;
    const [person, other] = [...(owners.get(foldText(account.email)) ?? [])];
    if (person === undefined) continue;
    if (other === undefined) found.set(account, { person, method: "e-mail", why: `Its e-mail is ${account.email}.` });
    else reasons.set(account, `Its e-mail ${account.email} belongs to ${person.name} and ${other.name}.`);
  }
}

function matchNames(
  people: readonly KnownPerson[],
  accounts: readonly UserAccount[],
  found: Map<UserAccount, Found>,
  reasons: Map<UserAccount, string>,
): void {
  const byName = new Map<string, KnownPerson[]>();
  for (const person of people) {
    const key = nameKey(person.name);
    byName.set(key, [...(byName.get(key) ?? []), person]);
  }
  const namesakes = new Map<string, number>();
  for (const account of accounts) {
    if (account.name === null) continue;
    const key = `${account.connection}\0${nameKey(account.name)}`;
    namesakes.set(key, (namesakes.get(key) ?? 0) + 1);
  }
  const taken = new Set([...found].map(([account, { person }]) => `${account.connection}\0${person.id}`));
  for (const account of accounts) {
    if (found.has(account) || reasons.has(account) || account.name === null) continue;
    const key = nameKey(account.name);
    const [person, other] = byName.get(key) ?? [];
    if (person === undefined) continue;
    if (other !== undefined) reasons.set(account, `More than one person in people.yaml is named ${account.name}.`);
    else if ((namesakes.get(`${account.connection}\0${key}`) ?? 0) > 1) {
      reasons.set(account, `More than one account of ${account.connection} is named ${account.name}.`);
    } else if (taken.has(`${account.connection}\0${person.id}`)) {
      reasons.set(account, `${person.name} has another account in ${account.connection} already.`);
    } else found.set(account, { person, method: "name", why: `Only ${person.name} has this name.` });
  }
}

/** Folded, its words in order: `Ortiz, Dana` and `Dana Ortiz` are one name. */
function nameKey(name: string): string {
  return foldName(name).split(" ").sort().join(" ");
}

function actorOf(person: KnownPerson, accounts: readonly UserAccount[], found: ReadonlyMap<UserAccount, Found>): Actor {
  const connections = [...new Set(accounts.map((account) => account.connection))];
  const left = connections.some((connection) =>
    accounts.filter((account) => account.connection === connection).every((account) => account.active === false),
  );
  return {
    id: person.id,
    name: person.name,
    kind: person.kind,
    team: person.team,
    backup: person.backup,
    active: !left,
    accounts: accounts.map((account) => {
      const { method = "configured", why = "" } = found.get(account) ?? {};
      return { key: accountKey(account), method, why };
    }),
  };
}
