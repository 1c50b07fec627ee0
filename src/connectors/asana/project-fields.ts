import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";
import { changedData, comparedFields, currentSchema } from "./changed-fields.ts";
import type { AsanaGateway } from "./gateway.ts";
import { contentOf } from "./shapes.ts";
import type { Data } from "./writer-parts.ts";
import type { WriteBody } from "./write-values.ts";

const settingSchema = z.looseObject({ custom_field: z.looseObject({ gid: z.string() }) });

/** Puts those custom fields on a project that are not on it yet: only then it can hold their values. */
export async function attachFields(
  gateway: AsanaGateway,
  project: string,
  gids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (gids.length === 0) return;
  const params = { project_gid: project };
  const path = "/projects/{project_gid}/custom_field_settings";
  const present = new Set<string>();
  for await (const page of gateway.list(path, params, { opt_fields: "custom_field.gid" }, signal)) {
    for (const row of page.rows) {
      const parsed = settingSchema.safeParse(row);
      if (parsed.success) present.add(parsed.data.custom_field.gid);
    }
  }
  for (const gid of gids.filter((one) => !present.has(one))) {
    const request = { method: "POST", path: "/projects/{project_gid}/addCustomFieldSetting", params } as const;
    await gateway.call({ ...request, data: { custom_field: gid }, idempotent: true }, signal);
  }
}

/** A project as it is, with all that a write of this body is compared with. */
export async function currentProject(
  gateway: AsanaGateway,
  project: string,
  body: WriteBody,
  signal: AbortSignal,
): Promise<JsonObject> {
  const params = { project_gid: project };
  const query = { opt_fields: `${comparedFields("projects", body)},created_at,html_notes` };
  return contentOf(
    await gateway.read({ method: "GET", path: "/projects/{project_gid}", params, query }, currentSchema, signal),
  );
}

/** Sets what a project does not hold already; nothing is sent where it holds everything. */
export async function setProject(
  gateway: AsanaGateway,
  project: string,
  body: WriteBody,
  current: JsonObject,
  signal: AbortSignal,
): Promise<boolean> {
  const data: Data = changedData(body, current);
  if (Object.keys(data).length === 0) return false;
  await attachFields(gateway, project, Object.keys(body.customFields), signal);
  await putProject(gateway, project, data, signal);
  return true;
}

export async function putProject(
  gateway: AsanaGateway,
  project: string,
  data: Data,
  signal: AbortSignal,
): Promise<void> {
  await gateway.call(
    { method: "PUT", path: "/projects/{project_gid}", params: { project_gid: project }, data, idempotent: false },
    signal,
  );
}

/** What is missing once a record stands: an error of a later step, told instead of thrown. */
export function missingFor(error: unknown): string {
  if (error instanceof HubError) return error.message;
  throw error;
}
