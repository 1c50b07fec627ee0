import type { Actor, Canonical } from "../model/index.ts";

/** `system/user id` → the person's name. */
export type Names = ReadonlyMap<string, string>;

export function namesByAccount(actors: readonly Actor[]): Names {
  return new Map(
    actors.flatMap(({ name, accounts }) =>
      accounts.map(({ key }) => {
        const [system = "", , ...id] = key.split("/");
        return [`${system}/${id.join("/")}`, name] as const;
      }),
    ),
  );
}

/** A value of a system's record as a person reads it; `–` for none. */
export function canonicalText(value: Canonical, system: string, people: Names): string {
  if (value === null) return "–";
  if (typeof value !== "object") return String(value);
  if (isList(value)) return value.join(", ");
  if ("day" in value) return value.day;
  if ("at" in value) return new Date(value.at).toISOString();
  if ("person" in value) return people.get(`${system}/${value.person}`) ?? value.person;
  return `${value.amount.toLocaleString("en-US")} ${value.currency}`;
}

/** `Array.isArray` does not narrow a union with a read-only list. */
function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
