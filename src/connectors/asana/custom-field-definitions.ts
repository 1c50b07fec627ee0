import { z } from "zod";
import type { AsanaGateway } from "./gateway.ts";
import { accept } from "./shapes.ts";

const definitionSchema = z.looseObject({
  gid: z.string(),
  name: z.string(),
  resource_subtype: z.string(),
  enum_options: z.array(z.looseObject({ gid: z.string(), name: z.string(), enabled: z.boolean().nullish() })).nullish(),
});
export type CustomFieldDefinition = z.output<typeof definitionSchema>;

const FIELDS = "gid,name,resource_subtype,enum_options.gid,enum_options.name,enum_options.enabled";

/** The workspace's custom fields as they are now. */
export async function readDefinitions(
  gateway: AsanaGateway,
  workspace: string,
  signal: AbortSignal,
): Promise<readonly CustomFieldDefinition[]> {
  const definitions: CustomFieldDefinition[] = [];
  const path = "/workspaces/{workspace_gid}/custom_fields";
  for await (const page of gateway.list(path, { workspace_gid: workspace }, { opt_fields: FIELDS }, signal))
    definitions.push(...accept("custom_fields", definitionSchema, page.rows).good);
  return definitions;
}
