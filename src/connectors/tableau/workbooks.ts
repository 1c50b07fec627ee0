import { stat } from "node:fs/promises";
import type { WorkbookCommand, WorkbookReceipt } from "../kit/index.ts";
import { anyAnswer, workbookAnswer, workbookSchema } from "./answers.ts";
import type { Workbook } from "./answers.ts";
import { TRANSFER_TIMEOUT_MS } from "./client.ts";
import type { TableauClient } from "./client.ts";
import { isAmbiguous } from "./failures.ts";
import { jsonBody, multipartBody, workbookPayload } from "./multipart.ts";

const TRIES = 2;

/**
 * Publishes a workbook that is not there yet. One of the same fingerprint is left as it is, whatever became of it, and
 * nothing is ever overwritten: where the name is taken the new one lands beside it under another.
 */
export async function publishWorkbook(
  client: TableauClient,
  command: WorkbookCommand,
  projectId: string,
  boundary: () => string,
  signal: AbortSignal,
): Promise<WorkbookReceipt> {
  for (let attempt = 1; ; attempt += 1) {
    const there = (await client.list("workbooks", "workbook", workbookSchema, signal)).filter(
      ({ project }) => project?.id === projectId,
    );
    const same = there.find(({ tags }) => tags.includes(command.fingerprint));
    if (same !== undefined) return receiptOf(same, "already there");
    const name = freeName(command, there);
    const how = name === command.name ? "published" : "beside another";
    try {
      return await send(client, { ...command, name }, projectId, how, boundary(), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAmbiguous(error)) throw error;
      // The answer was lost: a workbook that has just appeared under the free name is ours.
      const landed = await appeared(client, name, projectId, there, signal);
      if (landed !== undefined) {
        await tag(client, landed, command, signal);
        return receiptOf(landed, how);
      }
      if (attempt >= TRIES) throw error;
    }
  }
}

async function send(
  client: TableauClient,
  command: WorkbookCommand,
  projectId: string,
  how: WorkbookReceipt["how"],
  boundary: string,
  signal: AbortSignal,
): Promise<WorkbookReceipt> {
  const { size } = await stat(command.file);
  const file = {
    name: "tableau_workbook",
    fileName: "workbook.twb",
    range: { file: command.file, start: 0, end: size },
  } as const;
  const workbook = await client.request(
    {
      method: "POST",
      path: "/workbooks?workbookType=twb&skipConnectionCheck=true",
      schema: workbookAnswer,
      operation: "POST /workbooks",
      body: multipartBody(workbookPayload({ name: command.name, projectId }), file, boundary),
      timeoutMs: TRANSFER_TIMEOUT_MS,
    },
    signal,
  );
  await tag(client, workbook, command, signal);
  return receiptOf(workbook, how);
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
function freeName({ name, newerName }: WorkbookCommand, there: readonly Workbook[]): string {
  const taken = new Set(there.map((workbook) => workbook.name.toLowerCase()));
  if (!taken.has(name.toLowerCase())) return name;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? newerName : `${newerName} ${number}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

async function tag(
  client: TableauClient,
  { id }: Workbook,
  command: WorkbookCommand,
  signal: AbortSignal,
): Promise<void> {
  await client.request(
    {
      method: "PUT",
      path: `/workbooks/${id}/tags`,
      schema: anyAnswer,
      operation: "PUT /workbooks/…/tags",
      body: jsonBody({ tags: { tag: [...command.tags, command.fingerprint].map((label) => ({ label })) } }),
      idempotent: true,
    },
    signal,
  );
}

function receiptOf({ id, name, webpageUrl }: Workbook, how: WorkbookReceipt["how"]): WorkbookReceipt {
  return { id, name, url: webpageUrl ?? null, how };
}
