import { z } from "zod";

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, "is a day written 2026-02-01");
const account = z
  .string()
  .min(1)
  .describe("The e-mail, user name, display name or id that the system knows the person by.");

/** One person, service account or queue of config/people.yaml. */
export const personSchema = z.strictObject({
  name: z.string().min(1),
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/u, "is an id in small letters, digits and hyphens")
    .optional()
    .describe("Stays the same when the name changes; made from the name when left out."),
  ids: z
    .record(z.string(), z.union([account, z.array(account).min(1)]))
    .default({})
    .describe("Connection → account."),
  emails: z.array(z.email()).optional().describe("Addresses looked for in every system."),
  team: z
    .union([
      z.string().min(1),
      z.record(z.string().min(1), z.strictObject({ from: day.optional(), to: day.optional() })),
    ])
    .optional(),
  backup: z.string().min(1).optional().describe("Who takes over: another person's name or id."),
  service: z.literal(true).optional().describe("An account that is no person: what it does is automation."),
  queue: z
    .literal(true)
    .optional()
    .describe("Holds work until a person takes it; never an owner in the sense of a handoff."),
});

/** config/people.yaml: everybody whose work the hub sees. */
export const peopleSchema = z.array(personSchema);

export type PersonFile = z.output<typeof personSchema>;
export type PeopleFile = readonly PersonFile[];
