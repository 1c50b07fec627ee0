import { createReadStream } from "node:fs";
import { readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { datasourceOf, pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { collection, element } from "../wire/element.ts";
import { notFound, TableauError } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import { packageOf } from "./package.ts";
import { laterStamp, stamp } from "../state.ts";
import type { Datasource, Revision } from "./published.ts";

/** `GET /datasources/{id}/content`: the newest bytes, as they were published. */
export async function downloadNewest(call: SiteCall): Promise<Reply> {
  const revision = datasourceOf(call).revisions.at(-1);
  if (revision === undefined) throw notFound("404004", "The content");
  return download(call, revision);
}

/** `GET /datasources/{id}/revisions/{n}/content` */
export async function downloadRevision(call: SiteCall): Promise<Reply> {
  const number = Number(pathOf(call, "revision"));
  const revision = datasourceOf(call).revisions.find((candidate) => candidate.number === number);
  if (revision === undefined) throw notFound("404004", `Revision '${pathOf(call, "revision")}'`);
  return download(call, revision);
}

async function download(call: SiteCall, revision: Revision): Promise<Response> {
  const accept = call.request.headers.get("accept") ?? "*/*";
  if (!/\*\/\*|application\/\*|octet-stream/u.test(accept)) {
    throw new TableauError("406000", "Not Acceptable", "The content is only available as application/octet-stream.");
  }
  if (call.settings.downloadAs === "package" && revision.fileName.endsWith(".hyper")) {
    const packed = await packageOf(revision.fileName, await readFile(revision.file));
    return bytesResponse(packed, packed.length, revision.fileName.replace(/\.hyper$/u, ".tdsx"));
  }
  return bytesResponse(streamOf(revision.file), revision.bytes, revision.fileName);
}

function bytesResponse(body: ReadableStream | Uint8Array<ArrayBuffer>, length: number, fileName: string): Response {
  return new Response(body, {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(length),
      "content-disposition": `name="tableau_datasource"; filename="${fileName.replaceAll('"', "")}"`,
    },
  });
}

/** Chunk by chunk, as the client takes them. */
function streamOf(file: string): ReadableStream {
  const source = createReadStream(file);
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const next: IteratorResult<unknown> = await chunks.next();
      if (next.done === true) controller.close();
      else if (next.value instanceof Uint8Array) controller.enqueue(new Uint8Array(next.value));
    },
    cancel: () => {
      source.destroy();
    },
  });
}

/** `GET /datasources/{id}/revisions` */
export function listRevisions(call: SiteCall): Reply {
  const datasource = datasourceOf(call);
  const newest = datasource.revisions.at(-1)?.number;
  const page = listPage(datasource.revisions, call.query, {
    values: { revisionNumber: (revision) => revision.number },
    instants: { publishedAt: (revision) => revision.publishedAt },
  });
  const owner = call.state.users.get(datasource.ownerId);
  const items = page.items.map((revision) =>
    element(
      "revision",
      {
        revisionNumber: String(revision.number),
        publishedAt: stamp(revision.publishedAt),
        deleted: false,
        current: revision.number === newest,
        sizeInBytes: revision.bytes,
      },
      [element("publisher", { id: datasource.ownerId, name: owner?.name })],
    ),
  );
  return { status: 200, elements: [page.pagination, collection("revisions", "revision", items)] };
}

/** Makes a file the newest state of a data source; the states before it stay readable. */
export async function addRevision(
  call: SiteCall,
  datasource: Datasource,
  from: string,
  fileName: string,
): Promise<void> {
  const number = (datasource.revisions.at(-1)?.number ?? 0) + 1;
  const file = join(call.state.environment.directory, `datasource-${datasource.id}-${number}`);
  await rename(from, file);
  const first = datasource.revisions.length === 0;
  const publishedAt = first ? datasource.createdAt : laterStamp(call.state, datasource.updatedAt);
  const revision: Revision = { number, publishedAt, file, fileName, bytes: (await stat(file)).size };
  datasource.revisions.push(revision);
  datasource.updatedAt = publishedAt;
}
