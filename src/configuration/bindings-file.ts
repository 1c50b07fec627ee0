import { z } from "zod";

const pinSchema = z.strictObject({
  id: z.string().min(1),
  means: z.string().optional().describe("What the system made of it when it was pinned: won, done."),
  now: z.string().optional().describe("What it is called in the system since a renaming that was accepted."),
});

/**
 * config/bindings.lock.yaml: the ids that names resolved to, written by the hub and accepted by the admin:
 * connection → stream → list → name as mappings write it → id. A list is a field, or `(fields)` for the names of the
 * fields themselves, followed by `@id` where it belongs to one project or board.
 */
export const bindingsSchema = z.record(
  z.string(),
  z.record(z.string(), z.record(z.string(), z.record(z.string(), z.union([z.string().min(1), pinSchema])))),
);

export type BindingsFile = z.output<typeof bindingsSchema>;

/** What a name is pinned to. */
export type Pin = z.output<typeof pinSchema>;

/** The pins of one list by name. */
export type PinnedNames = Readonly<Record<string, Pin>>;

/** How a list is called in the file. @param field null for the names of the fields themselves. */
export function listKey(field: string | null, scopeId: string | null): string {
  return `${field ?? "(fields)"}${scopeId === null ? "" : ` @${scopeId}`}`;
}

/** The field of a list's key; null for the names of the fields themselves. */
export function fieldOfList(key: string): string | null {
  const field = key.replace(/ @[^@]*$/u, "");
  return field === "(fields)" ? null : field;
}

/** The pins of a list, each written out in full. */
export function pinnedNames(list: BindingsFile[string][string][string] | undefined): PinnedNames {
  return Object.fromEntries(
    Object.entries(list ?? {}).map(([name, pin]) => [name, typeof pin === "string" ? { id: pin } : pin]),
  );
}
