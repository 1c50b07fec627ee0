import { z } from "zod";
import { MINUTE } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { AsanaGateway } from "./gateway.ts";
import { refusalBehind } from "./failures.ts";
import { accept } from "./shapes.ts";

const definitionSchema = z.looseObject({
  gid: z.string(),
  name: z.string(),
  resource_subtype: z.string(),
  enum_options: z.array(z.looseObject({ gid: z.string(), name: z.string(), enabled: z.boolean().nullish() })).nullish(),
});
export type CustomFieldDefinition = z.output<typeof definitionSchema>;

const FIELDS = "gid,name,resource_subtype,precision,enum_options.gid,enum_options.name,enum_options.enabled";
/** How long a listing holds: a run asks for it several times within moments. */
const LISTED_FOR_MS = 5 * MINUTE;

/** The workspace's custom fields as the service gives them. */
export type CustomFieldListing = (signal: AbortSignal) => Promise<readonly unknown[]>;

/**
 * Lists the custom fields once for all who need them in a run: connecting asks whether the plan has any, the stream
 * stores them, descriptions name them. A refusal is not remembered.
 */
export function customFieldListing(
  gateway: AsanaGateway,
  workspace: (signal: AbortSignal) => Promise<string>,
): CustomFieldListing {
  let last: { readonly rows: readonly unknown[]; readonly at: Instant } | null = null;
  return async (signal) => {
    if (last !== null && gateway.now() - last.at < LISTED_FOR_MS) return last.rows;
    const at = gateway.now();
    const rows: unknown[] = [];
    const path = "/workspaces/{workspace_gid}/custom_fields";
    const params = { workspace_gid: await workspace(signal) };
    for await (const page of gateway.list(path, params, { opt_fields: FIELDS }, signal)) rows.push(...page.rows);
    last = { rows, at };
    return rows;
  };
}

/** The fields that can be read of a listing. */
export function definitionsOf(rows: readonly unknown[]): readonly CustomFieldDefinition[] {
  return accept("custom_fields", definitionSchema, rows).good;
}

/** Nothing where the plan has no custom fields, which is told at connect time (reference asana.md §8). */
export async function ofPlan(listing: CustomFieldListing, signal: AbortSignal): Promise<readonly unknown[]> {
  try {
    return await listing(signal);
  } catch (error) {
    if (refusalBehind(error)?.status !== 402) throw error;
    return [];
  }
}
