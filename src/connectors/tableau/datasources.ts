import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { anyAnswer, datasourceAnswer, datasourceSchema } from "./answers.ts";
import type { Datasource } from "./answers.ts";
import type { TableauClient } from "./client.ts";
import { isNotThere } from "./failures.ts";
import { jsonBody } from "./multipart.ts";

/** Names a filter carries safely; commas and ampersands in values break it (reference tableau.md §1.5). */
const FILTERABLE = /^[A-Za-z0-9 _.-]+$/u;

/** The data source of this name in a project, undefined when there is none. Names collide whatever their case. */
export async function findDatasource(
  client: TableauClient,
  name: string,
  projectId: string,
  signal: AbortSignal,
): Promise<Datasource | undefined> {
  const named = async (filter?: string) => {
    const listed = await client.list("datasources", "datasource", datasourceSchema, signal, filter);
    const folded = name.toLowerCase();
    return listed.find((candidate) => candidate.project.id === projectId && candidate.name.toLowerCase() === folded);
  };
  return named(FILTERABLE.test(name) ? `name:eq:${name}` : undefined);
}

/** The data source of this id in a project, undefined when it is not there. */
export async function findDatasourceById(
  client: TableauClient,
  id: string,
  projectId: string,
  signal: AbortSignal,
): Promise<Datasource | undefined> {
  try {
    const found = await client.request(
      {
        method: "GET",
        path: `/datasources/${encodeURIComponent(id)}`,
        schema: datasourceAnswer,
        operation: "GET /datasources/…",
      },
      signal,
    );
    return found.project.id === projectId ? found : undefined;
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}

/** Adds the labels that are missing; those that are there stay. */
export async function addTags(
  client: TableauClient,
  datasource: Datasource,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const missing = tags.filter((tag) => !datasource.tags.includes(tag));
  if (missing.length === 0) return;
  await client.request(
    {
      method: "PUT",
      path: `/datasources/${datasource.id}/tags`,
      schema: anyAnswer,
      operation: "PUT /datasources/…/tags",
      body: jsonBody({ tags: { tag: missing.map((label) => ({ label })) } }),
      idempotent: true,
    },
    signal,
  );
}

/** Fetches the content into a file, which appears only when it is whole. */
export async function downloadContent(
  client: TableauClient,
  id: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const fetched = `${file}.part`;
  try {
    await client.bytes(
      `/datasources/${id}/content`,
      "GET /datasources/…/content",
      (bytes) => pipeline(bytes, createWriteStream(fetched)),
      signal,
    );
    await rename(fetched, file);
  } finally {
    await rm(fetched, { force: true });
  }
}
