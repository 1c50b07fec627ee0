import { extname } from "node:path";
import { projectOf, queryFlag } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { countCall } from "../site/hourly-limits.ts";
import { startJob } from "../site/jobs.ts";
import { consumeUpload, discardUpload, keepBytes, partsOf, uploadOf } from "../site/uploads.ts";
import { findProject, hexDigits, newLuid } from "../state.ts";
import type { Project, Upload } from "../state.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, malformedBody, nameExists, notFound } from "../wire/errors.ts";
import { asTree, readRequestTree, requiredText, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";
import { findPublished } from "./published.ts";
import type { Published, PublishedItem } from "./published.ts";

/** A publish request that has been understood; what it asks for may still be refused. */
export interface Publication<Type extends string> {
  readonly name: string;
  /** The payload's `datasource` or `workbook`. */
  readonly values: RequestTree;
  readonly project: Project;
  readonly mode: "create" | "overwrite" | "append";
  readonly upload: Upload;
  readonly fileName: string;
  readonly type: Type;
}

/** How publishing one kind of item differs from another. */
export interface Publishing<Item extends PublishedItem, Type extends string> {
  readonly kind: Item["kind"];
  readonly jobType: string;
  /** @param parameter of the query; the file's extension decides without. @throws 400011 for a type that is none */
  readonly typeOf: (parameter: string | null, fileName: string) => Type;
  readonly items: (call: SiteCall) => ReadonlyMap<string, Item>;
  /**
   * Checks the content and makes it the newest state of the item there is, or of a new one.
   * @throws 400011, with nothing changed
   */
  readonly accept: (call: SiteCall, publication: Publication<Type>, existing: Item | undefined) => Promise<Item>;
  readonly show: (call: SiteCall, item: Item) => Element;
}

/**
 * `POST /{datasources|workbooks}`: 201 with the item, or with `asJob` 202 and a job whose failure says little. Checks
 * run in the order of reference §4.6; one that fails leaves an existing item as it was.
 */
export async function publish<Item extends PublishedItem, Type extends string>(
  call: SiteCall,
  publishing: Publishing<Item, Type>,
): Promise<Reply> {
  countCall(call, "publishes");
  const publication = await readPublication(call, publishing);
  if (queryFlag(call, "asJob")) {
    const work = async (): Promise<void> => {
      await carryOut(call, publishing, publication);
    };
    return startJob(call, { type: publishing.jobType, title: publication.name, work });
  }
  return { status: 201, elements: [publishing.show(call, await carryOut(call, publishing, publication))] };
}

async function readPublication<Item extends PublishedItem, Type extends string>(
  call: SiteCall,
  { kind, typeOf }: Publishing<Item, Type>,
): Promise<Publication<Type>> {
  const parts = await partsOf(call);
  const payload = parts.find((part) => part.name === "request_payload");
  if (payload === undefined) throw badRequest("The part request_payload is missing.");
  const text = payload.bytes.toString("utf8");
  if (text.includes("&apos;")) throw malformedBody("The entity &apos; is not understood in a publish request.");
  const values = asTree(readRequestTree(text)[kind]);
  const overwrite = queryFlag(call, "overwrite");
  const append = queryFlag(call, "append");
  if (overwrite && append) throw badRequest("The parameters overwrite and append exclude each other.");
  const name = requiredText(values, "name", kind);
  const project = targetProject(call, textOf(asTree(values["project"]), "id"));
  const file = parts.find((part) => part.name === `tableau_${kind}`);
  const sessionId = call.query.get("uploadSessionId");
  const typeParameter = call.query.get(`${kind}Type`);
  if (sessionId === null && file === undefined) throw badRequest(`The part tableau_${kind} is missing.`);
  if (sessionId !== null && typeParameter === null) throw badRequest(`An upload needs the parameter ${kind}Type.`);
  if (sessionId !== null) uploadOf(call, sessionId);
  const type = typeOf(typeParameter, file?.fileName ?? "");
  return {
    name,
    values,
    project,
    mode: overwrite ? "overwrite" : append ? "append" : "create",
    upload: sessionId === null ? await keepBytes(call, file?.bytes ?? Buffer.alloc(0)) : consumeUpload(call, sessionId),
    fileName:
      file === undefined || extname(file.fileName) === "" ? `${hexDigits(call.state, 8)}.${type}` : file.fileName,
    type,
  };
}

/** The project named, or the default one. */
function targetProject(call: SiteCall, id: string | undefined): Project {
  const project = id === undefined ? findProject(call.site, "default", undefined) : projectOf(call, id);
  if (project === undefined) throw notFound("404005", "The default project");
  return project;
}

async function carryOut<Item extends PublishedItem, Type extends string>(
  call: SiteCall,
  { kind, items, accept }: Publishing<Item, Type>,
  publication: Publication<Type>,
): Promise<Item> {
  try {
    const project = projectOf(call, publication.project.id);
    const existing = findPublished(items(call), publication.name, project.id);
    if (existing !== undefined && publication.mode === "create") {
      throw nameExists(kind === "datasource" ? "data source" : kind, publication.name);
    }
    return await accept(call, publication, existing);
  } catch (error) {
    await discardUpload(publication.upload);
    throw error;
  }
}

/** What a new item has before its first revision. */
export function newPublished(
  call: SiteCall,
  publication: Publication<string>,
  kind: "datasources" | "workbooks",
): Published {
  const now = call.state.environment.clock.now();
  call.state.nextPage += 1;
  const taken = new Set([...call.site[kind].values()].map(({ contentUrl }) => contentUrl));
  return {
    id: newLuid(call.state),
    name: publication.name,
    contentUrl: contentUrlFor(publication.name, taken),
    projectId: publication.project.id,
    ownerId: call.login.userId,
    description: "",
    pageNumber: call.state.nextPage,
    createdAt: now,
    updatedAt: now,
    tags: new Set(),
    grants: [...(publication.project.defaults.get(kind) ?? [])],
    revisions: [],
    warnings: [],
  };
}

/** The name without what an address cannot hold, made unique among those taken. */
export function contentUrlFor(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]/gu, "");
  let candidate = plain;
  for (let serial = 1; candidate === "" || taken.has(candidate); serial += 1) candidate = `${plain}_${serial}`;
  return candidate;
}
