import { stat } from "node:fs/promises";
import type { WorkbookCommand, WorkbookReceipt } from "../kit/index.ts";
import { anyAnswer, workbookAnswer, workbookSchema } from "./answers.ts";
import type { Workbook } from "./answers.ts";
import { TRANSFER_TIMEOUT_MS } from "./client.ts";
import type { TableauClient } from "./client.ts";
import { isAmbiguous, tableauCode } from "./failures.ts";
import { jsonBody, multipartBody, workbookPayload } from "./multipart.ts";

const TRIES = 2;
const NAME_TAKEN = "403007";

/**
 * Publishes a workbook that is not there yet. One of the same fingerprint is left as it is, whatever became of it, and
 * nothing is ever overwritten: where the name is taken the new one lands beside it under another. The fingerprint is in the
 * description because tags come with a call of their own, which a run may not live to make.
 */
export async function publishWorkbook(
  client: TableauClient,
  command: WorkbookCommand,
  projectId: string,
  boundary: () => string,
  signal: AbortSignal,
): Promise<WorkbookReceipt> {
  const unseen = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    const there = (await client.list("workbooks", "workbook", workbookSchema, signal)).filter(
      ({ project }) => project?.id === projectId,
    );
    const tagged = there.find(({ tags }) => tags.includes(command.fingerprint));
    if (tagged !== undefined) return receiptOf(tagged, "already there");
    const begun = there.find(({ description }) => description.includes(command.fingerprint));
    if (begun !== undefined) return finish(client, begun, command, signal);
    const name = freeName(command, [...there.map((workbook) => workbook.name), ...unseen]);
    try {
      return await finish(
        client,
        await send(client, { ...command, name }, projectId, boundary(), signal),
        command,
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      if (tableauCode(error) === NAME_TAKEN && attempt < TRIES) {
        // By one that we are not shown.
        unseen.add(name);
        continue;
      }
      if (!isAmbiguous(error)) throw error;
      // The answer was lost: a workbook that has just appeared under the free name is ours.
      const landed = await appeared(client, name, projectId, there, signal);
      if (landed !== undefined) return finish(client, landed, command, signal);
      if (attempt >= TRIES) throw error;
    }
  }
}

async function send(
  client: TableauClient,
  { file, name, description, fingerprint }: WorkbookCommand,
  projectId: string,
  boundary: string,
  signal: AbortSignal,
): Promise<Workbook> {
  const { size } = await stat(file);
  const range = { file, start: 0, end: size };
  const part = { name: "tableau_workbook", fileName: "workbook.twb", range } as const;
  const payload = workbookPayload({ name, description: `${description} (${fingerprint})`, projectId });
  return client.request(
    {
      method: "POST",
      path: "/workbooks?workbookType=twb&skipConnectionCheck=true",
      schema: workbookAnswer,
      operation: "POST /workbooks",
      body: multipartBody(payload, part, boundary),
      timeoutMs: TRANSFER_TIMEOUT_MS,
    },
    signal,
  );
}

async function appeared(
  client: TableauClient,
  name: string,
  projectId: string,
  before: readonly Workbook[],
  signal: AbortSignal,
): Promise<Workbook | undefined> {
  const known = new Set(before.map(({ id }) => id));
  const now = await client.list("workbooks", "workbook", workbookSchema, signal);
  return now.find((each) => each.project?.id === projectId && each.name === name && !known.has(each.id));
}

/** Names collide whatever their case. */
function freeName({ name, newerName }: WorkbookCommand, names: readonly string[]): string {
  const taken = new Set(names.map((each) => each.toLowerCase()));
  if (!taken.has(name.toLowerCase())) return name;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? newerName : `${newerName} ${number}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

async function finish(
  client: TableauClient,
  { id, name, webpageUrl }: Workbook,
  { name: wanted, tags, fingerprint }: WorkbookCommand,
  signal: AbortSignal,
): Promise<WorkbookReceipt> {
  await client.request(
    {
      method: "PUT",
      path: `/workbooks/${id}/tags`,
      schema: anyAnswer,
      operation: "PUT /workbooks/…/tags",
      body: jsonBody({ tags: { tag: [...tags, fingerprint].map((label) => ({ label })) } }),
      idempotent: true,
    },
    signal,
  );
  return receiptOf({ id, name, webpageUrl }, name === wanted ? "published" : "beside another");
}

function receiptOf(
  { id, name, webpageUrl }: Pick<Workbook, "id" | "name" | "webpageUrl">,
  how: WorkbookReceipt["how"],
): WorkbookReceipt {
  return { id, name, url: webpageUrl ?? null, how };
}
