import { extname } from "node:path";
import { projectOf, queryFlag } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { applyActions } from "../data/apply-actions.ts";
import { changeExtract } from "../data/change-extract.ts";
import { checkContent, datasourceType } from "./content-check.ts";
import type { DatasourceType } from "./content-check.ts";
import { datasourceElement } from "./datasources.ts";
import { badRequest, malformedBody, nameExists, notFound, publishFailed, TableauError } from "../wire/errors.ts";
import { tableKey } from "../data/hyper-contents.ts";
import { startJob } from "../site/jobs.ts";
import { asTree, flagOf, readRequestTree, requiredText, textOf } from "../wire/request-body.ts";
import { findProject, hexDigits, newLuid } from "../state.ts";
import { findPublished } from "./published.ts";
import type { Datasource } from "./published.ts";
import type { Project, Upload } from "../state.ts";
import { addRevision } from "./revisions.ts";
import { consumeUpload, discardUpload, keepBytes, partsOf, uploadOf } from "../site/uploads.ts";

const HOUR_MS = 3_600_000;

/** A publish request that has been understood; what it asks for may still be refused. */
interface Publication {
  readonly name: string;
  readonly description: string | undefined;
  readonly useRemoteQueryAgent: boolean;
  readonly project: Project;
  readonly mode: "create" | "overwrite" | "append";
  readonly upload: Upload;
  readonly fileName: string;
  readonly type: DatasourceType;
}

/**
 * `POST /datasources`: 201 with the data source, or with `asJob` 202 and a job whose failure says little. Checks run
 * in the order of reference §4.6; one that fails leaves an existing data source as it was.
 */
export async function publishDatasource(call: SiteCall): Promise<Reply> {
  countPublish(call);
  const publication = await readPublication(call);
  if (queryFlag(call, "asJob")) {
    const work = async (): Promise<void> => {
      await carryOut(call, publication);
    };
    return startJob(call, { type: "PublishDatasource", title: publication.name, work });
  }
  return { status: 201, elements: [datasourceElement(call, await carryOut(call, publication))] };
}

/** The hourly limit of a site (reference §1.7): 429 with the seconds until the oldest publish is an hour ago. */
function countPublish(call: SiteCall): void {
  const now = call.state.environment.clock.now();
  const limit = call.settings.publishesPerHour;
  call.site.publishes = call.site.publishes.filter((instant) => instant > now - HOUR_MS);
  if (limit !== undefined && call.site.publishes.length >= limit) {
    const oldest = call.site.publishes[0] ?? now;
    throw new TableauError("429000", "Too Many Requests", "Too many publish requests within an hour.", {
      "retry-after": String(Math.ceil((oldest + HOUR_MS - now) / 1000)),
    });
  }
  call.site.publishes.push(now);
}

async function readPublication(call: SiteCall): Promise<Publication> {
  const parts = await partsOf(call);
  const payload = parts.find((part) => part.name === "request_payload");
  if (payload === undefined) throw badRequest("The part request_payload is missing.");
  const text = payload.bytes.toString("utf8");
  if (text.includes("&apos;")) throw malformedBody("The entity &apos; is not understood in a publish request.");
  const values = asTree(readRequestTree(text)["datasource"]);
  const overwrite = queryFlag(call, "overwrite");
  const append = queryFlag(call, "append");
  if (overwrite && append) throw badRequest("The parameters overwrite and append exclude each other.");
  const name = requiredText(values, "name", "datasource");
  const project = targetProject(call, textOf(asTree(values["project"]), "id"));
  const file = parts.find((part) => part.name === "tableau_datasource");
  const sessionId = call.query.get("uploadSessionId");
  const typeParameter = call.query.get("datasourceType");
  if (sessionId === null && file === undefined) throw badRequest("The part tableau_datasource is missing.");
  if (sessionId !== null && typeParameter === null) throw badRequest("An upload needs the parameter datasourceType.");
  if (sessionId !== null) uploadOf(call, sessionId);
  const type = datasourceType(typeParameter, file?.fileName ?? "");
  return {
    name,
    description: textOf(values, "description"),
    useRemoteQueryAgent: flagOf(values, "useRemoteQueryAgent") ?? false,
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

async function carryOut(call: SiteCall, publication: Publication): Promise<Datasource> {
  try {
    const project = projectOf(call, publication.project.id);
    const existing = findPublished(call.site.datasources, publication.name, project.id);
    if (existing !== undefined && publication.mode === "create") throw nameExists("data source", publication.name);
    if (existing === undefined && publication.mode === "append") {
      throw notFound("404004", `Data source '${publication.name}' to append to`);
    }
    await checkContent(publication.upload.file, publication.type, call.engine);
    if (existing !== undefined && publication.mode === "append") return await append(call, publication, existing);
    const datasource = existing ?? newDatasource(call, publication);
    await addRevision(call, datasource, publication.upload.file, publication.fileName);
    datasource.description = publication.description ?? datasource.description;
    call.site.datasources.set(datasource.id, datasource);
    return datasource;
  } catch (error) {
    await discardUpload(publication.upload);
    throw error;
  }
}

/** Adds the rows of a one-table extract to an existing one of the same table and columns. */
async function append(call: SiteCall, publication: Publication, target: Datasource): Promise<Datasource> {
  if (!call.engine.available)
    throw publishFailed("Appending needs the Hyper engine, which this sandbox was not given.");
  if (publication.type !== "hyper") throw publishFailed("Only the rows of an extract can be appended.");
  await changeExtract(call, target, publication.upload.file, async (engine, { target: present, source }) => {
    const [table, ...more] = source.tables;
    const same =
      table !== undefined && present.tables.length === 1 && tableKey(present.tables[0] ?? table) === tableKey(table);
    if (!same || more.length > 0) throw publishFailed("Appending needs one table of the same name on both sides.");
    const names = { "target-table": table.name, "source-table": table.name };
    await applyActions(engine, [{ action: "insert", ...names }], { target: present, source });
  });
  await discardUpload(publication.upload);
  return target;
}

function newDatasource(call: SiteCall, publication: Publication): Datasource {
  const now = call.state.environment.clock.now();
  call.state.nextPage += 1;
  return {
    kind: "datasource",
    id: newLuid(call.state),
    name: publication.name,
    contentUrl: contentUrlFor(call, publication.name),
    projectId: publication.project.id,
    ownerId: call.login.userId,
    description: "",
    certified: false,
    certificationNote: "",
    useRemoteQueryAgent: publication.useRemoteQueryAgent,
    pageNumber: call.state.nextPage,
    connectionId: newLuid(call.state),
    createdAt: now,
    updatedAt: now,
    tags: new Set(),
    grants: [],
    revisions: [],
    warning: undefined,
  };
}

/** The name without what an address cannot hold, made unique on the site. */
function contentUrlFor(call: SiteCall, name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]/gu, "");
  const taken = new Set([...call.site.datasources.values()].map((datasource) => datasource.contentUrl));
  let candidate = plain;
  for (let serial = 1; candidate === "" || taken.has(candidate); serial += 1) candidate = `${plain}_${serial}`;
  return candidate;
}
