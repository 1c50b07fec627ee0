import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Reply, SiteCall } from "../call.ts";
import { newLuid } from "../state.ts";
import { isFault } from "../wire/document.ts";
import { badRequest, publishFailed } from "../wire/errors.ts";
import { asList, asTree, flagOf, textOf } from "../wire/request-body.ts";
import { readPackage } from "./package.ts";
import { contentUrlFor, newPublished, publish } from "./publication.ts";
import type { Publication, Publishing } from "./publication.ts";
import type { Datasource, View, Workbook, WorkbookConnection } from "./published.ts";
import { addRevision } from "./revisions.ts";
import { readWorkbookDocument } from "./workbook-document.ts";
import type { DocumentConnection, WorkbookDocument } from "./workbook-document.ts";
import { workbookElement } from "./workbooks.ts";

const TYPES = ["twb", "twbx"] as const;
type WorkbookType = (typeof TYPES)[number];

const PUBLISHING: Publishing<Workbook, WorkbookType> = {
  kind: "workbook",
  jobType: "PublishWorkbook",
  typeOf: (parameter, fileName) => {
    const wanted = (parameter ?? extname(fileName).slice(1)).toLowerCase();
    const known = TYPES.find((type) => type === wanted);
    if (known === undefined) throw publishFailed(`'${wanted}' is not a type of workbook file.`);
    return known;
  },
  items: (call) => call.site.workbooks,
  accept,
  show: workbookElement,
};

/** `POST /workbooks`: views keep their ids and tags by name when it is overwritten. */
export function publishWorkbook(call: SiteCall): Promise<Reply> {
  return publish(call, PUBLISHING);
}

async function accept(
  call: SiteCall,
  publication: Publication<WorkbookType>,
  existing: Workbook | undefined,
): Promise<Workbook> {
  if (publication.mode === "append") throw badRequest("Nothing can be appended to a workbook.");
  const { document, files } = await contentOf(publication);
  const connections = document.connections.map((connection) => resolved(call, connection, files));
  const workbook: Workbook = existing ?? {
    ...newPublished(call, publication, "workbooks"),
    kind: "workbook",
    showTabs: false,
    views: [],
    connections: [],
  };
  await addRevision(call, workbook, publication.upload.file, publication.fileName);
  workbook.views = viewsOf(call, workbook, document, publication);
  workbook.connections = connections;
  workbook.showTabs = flagOf(publication.values, "showTabs") ?? workbook.showTabs;
  workbook.description = textOf(publication.values, "description") ?? workbook.description;
  call.site.workbooks.set(workbook.id, workbook);
  return workbook;
}

async function contentOf(
  publication: Publication<WorkbookType>,
): Promise<{ readonly document: WorkbookDocument; readonly files: ReadonlySet<string> }> {
  const bytes = await readFile(publication.upload.file);
  const entries = publication.type === "twb" ? [{ name: "workbook.twb", bytes }] : await readPackage(bytes);
  const main = entries.find(({ name }) => !name.includes("/") && name.endsWith(".twb"));
  if (main === undefined) throw publishFailed("The package holds no workbook.");
  const document = readWorkbookDocument(main.bytes);
  if (isFault(document)) throw publishFailed(`${document.message} (line ${document.line})`);
  return { document, files: new Set(entries.map(({ name }) => name)) };
}

/** Refuses with 400011 a data source that is not published on the site, and a file that is not in the package. */
function resolved(call: SiteCall, connection: DocumentConnection, files: ReadonlySet<string>): WorkbookConnection {
  const published = connection.type === "sqlproxy" ? publishedSource(call, connection) : undefined;
  if (connection.type === "hyper" && !files.has(connection.database)) {
    throw publishFailed(`The workbook does not bring the extract '${connection.database}'.`);
  }
  return {
    id: newLuid(call.state),
    type: connection.type,
    serverAddress: connection.server,
    serverPort: connection.port,
    datasource: published ?? { id: newLuid(call.state), name: connection.caption },
  };
}

function publishedSource(call: SiteCall, { database, caption }: DocumentConnection): Datasource {
  const found = [...call.site.datasources.values()].find(({ contentUrl }) => contentUrl === database);
  if (found === undefined) throw publishFailed(`The data source '${caption}' (${database}) is not on this site.`);
  return found;
}

function viewsOf(
  call: SiteCall,
  workbook: Workbook,
  document: WorkbookDocument,
  publication: Publication<WorkbookType>,
): readonly View[] {
  const told = asList(asTree(publication.values["views"])["view"]);
  const hidden = new Set(told.flatMap((view) => (flagOf(view, "hidden") === true ? (textOf(view, "name") ?? []) : [])));
  const taken = new Set<string>();
  return document.sheets.map(({ name, sheetType }) => {
    const sheet = contentUrlFor(name, taken);
    taken.add(sheet);
    const before = workbook.views.find((view) => view.name === name);
    return {
      id: before?.id ?? newLuid(call.state),
      name,
      contentUrl: `${workbook.contentUrl}/sheets/${sheet}`,
      sheetType,
      hidden: hidden.has(name),
      tags: before?.tags ?? new Set(),
    };
  });
}
