import { z } from "zod";
import type { RetireCommand } from "../kit/index.ts";
import { ARCHIVE, ITEM_UPDATES, NOTE } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";
import { staleItem } from "./write-refusals.ts";

const currentSchema = z.object({
  items: z
    .array(
      z
        .object({
          id: z.string(),
          state: z.string().nullable(),
          updates: z.array(z.object({ text_body: z.string().nullable() })).nullable(),
        })
        .nullable(),
    )
    .nullable(),
});

/**
 * Archives an item, with an update before that says why: an archived item takes none. One that is archived already is
 * left as it is. The request's id, where anything was sent.
 */
export async function retireItem(
  gateway: MondayGateway,
  { id, tag, idempotencyKey }: RetireCommand,
  signal: AbortSignal,
): Promise<string | null> {
  const { data } = await gateway.ask({
    operation: `item ${id}`,
    query: ITEM_UPDATES,
    variables: { ids: [id] },
    answer: currentSchema,
    signal,
  });
  const item = data.items?.[0];
  if (item === undefined || item === null || item.state === "deleted") throw staleItem(id, "is gone");
  if (item.state === "archived") return null;
  const said = [tag, asHtml(tag)];
  if (!(item.updates ?? []).some(({ text_body: text }) => said.some((one) => text?.includes(one) === true))) {
    await gateway.ask({
      operation: `update on item ${id}`,
      query: NOTE,
      variables: { item: id, body: asHtml(tag) },
      answer: z.object({ create_update: z.object({ id: z.string() }) }),
      signal,
      idempotencyKey: `${idempotencyKey}:note`,
    });
  }
  const { requestId } = await gateway.ask({
    operation: `archive item ${id}`,
    query: ARCHIVE,
    variables: { item: id },
    answer: z.object({ archive_item: z.object({ id: z.string() }) }),
    signal,
    idempotencyKey: `${idempotencyKey}:archive`,
  });
  return requestId;
}

/** Updates are HTML. */
function asHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
