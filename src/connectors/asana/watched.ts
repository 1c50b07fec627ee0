import { z } from "zod";
import { HubError, parseInstant } from "../../model/index.ts";
import { afterPartOfIt } from "../kit/index.ts";
import type { Overlooked, UpdateCommand, WriteReceipt } from "../kit/index.ts";
import { refusalBehind, unexpectedAnswer } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";
import { PROJECT_FIELDS } from "./selection.ts";
import type { WriterParts } from "./writer-parts.ts";

const eventsSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      action: z.string(),
      created_at: z.string().nullish(),
      resource: z.looseObject({ gid: z.string() }).nullish(),
      user: z.looseObject({ gid: z.string() }).nullish(),
      change: z
        .looseObject({ field: z.string(), new_value: z.looseObject({ name: z.string().nullish() }).nullish() })
        .nullish(),
    }),
  ),
  sync: z.string(),
  has_more: z.boolean().nullish(),
});
type HeardEvent = z.output<typeof eventsSchema>["data"][number];

/**
 * Updates a project and listens meanwhile: Asana keeps no history of projects' fields, only their events tell that
 * somebody changed one between the last look and the write (reference asana.md §13). Tasks tell by their stories.
 */
export async function watched(
  { gateway, user }: WriterParts,
  command: UpdateCommand,
  signal: AbortSignal,
  write: () => Promise<WriteReceipt>,
): Promise<WriteReceipt> {
  if (command.stream !== "projects") return write();
  const own = await user(signal);
  const from = await listen(gateway, command.id, null, signal);
  const receipt = await write();
  if (from === null) return receipt;
  try {
    const overlooked = await heardSince(gateway, command, from.sync, own, signal);
    return overlooked.length === 0 ? receipt : { ...receipt, overlooked };
  } catch (error) {
    // It was written; what else happened is looked for again.
    throw afterPartOfIt(error);
  }
}

async function heardSince(
  gateway: AsanaGateway,
  command: UpdateCommand,
  sync: string,
  own: string,
  signal: AbortSignal,
): Promise<readonly Overlooked[]> {
  const found: Overlooked[] = [];
  for (let from: string | null = sync; from !== null;) {
    const heard: Heard | null = await listen(gateway, command.id, from, signal);
    for (const event of heard?.events ?? []) {
      if (isOf(event, command, own))
        found.push({ by: event.user?.gid ?? null, at: parseInstant(event.created_at ?? "") ?? null });
    }
    from = heard?.more === true ? heard.sync : null;
  }
  return found;
}

interface Heard {
  readonly sync: string;
  readonly events: readonly HeardEvent[];
  readonly more: boolean;
}

/** A project's events since a token, or only a token to begin with; null where they cannot be heard. */
async function listen(
  gateway: AsanaGateway,
  project: string,
  sync: string | null,
  signal: AbortSignal,
): Promise<Heard | null> {
  const query = { resource: project, ...(sync === null ? {} : { sync }) };
  try {
    const body = await gateway.call({ method: "GET", path: "/events", query }, signal);
    const parsed = eventsSchema.safeParse(body);
    if (!parsed.success) throw unexpectedAnswer("GET /events", parsed.error);
    const { data, sync: next, has_more: more } = parsed.data;
    return { sync: next, events: data, more: more === true };
  } catch (error) {
    const refusal = refusalBehind(error);
    if (refusal?.status === 412 && refusal.sync !== undefined) return { sync: refusal.sync, events: [], more: false };
    if (error instanceof HubError && refusal !== undefined && [402, 403, 404].includes(refusal.status)) return null;
    throw error;
  }
}

/** Whether somebody else changed one of the fields that were written; a custom field goes by its name where it is told. */
function isOf({ action, resource, user, change }: HeardEvent, { id, fields }: UpdateCommand, own: string): boolean {
  if (action !== "changed" || resource?.gid !== id || user?.gid === own || change == null) return false;
  if (change.field !== "custom_fields") return Object.hasOwn(fields, change.field);
  const custom = Object.keys(fields).filter((name) => !Object.hasOwn(PROJECT_FIELDS, name));
  const name = change.new_value?.name ?? null;
  return name === null ? custom.length > 0 : custom.some((one) => one === name || one === `custom ${name}`);
}
