import { createReadStream } from "node:fs";
import { readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { publishedOf, pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { laterStamp, stamp } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import { notFound, TableauError } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import { packageOf, readPackage, writePackage } from "./package.ts";
import type { PublishedItem, Revision } from "./published.ts";

/**
 * `GET /{datasources|workbooks}/{id}/content`: the newest bytes, as they were published; with `includeExtract=False` a
 * package without its extract.
 */
export async function downloadNewest(call: SiteCall): Promise<Reply> {
  const item = publishedOf(call);
  const revision = item.revisions.at(-1);
  if (revision === undefined) throw notFound("404004", "The content");
  return download(call, item, revision);
}

/** `GET /{datasources|workbooks}/{id}/revisions/{n}/content` */
export async function downloadRevision(call: SiteCall): Promise<Reply> {
  const number = Number(pathOf(call, "revision"));
  const item = publishedOf(call);
  const revision = item.revisions.find((candidate) => candidate.number === number);
  if (revision === undefined) throw notFound("404004", `Revision '${pathOf(call, "revision")}'`);
  return download(call, item, revision);
}

async function download(call: SiteCall, item: PublishedItem, revision: Revision): Promise<Response> {
  const accept = call.request.headers.get("accept") ?? "*/*";
  if (!/\*\/\*|application\/\*|octet-stream/u.test(accept)) {
    throw new TableauError("406000", "Not Acceptable", "The content is only available as application/octet-stream.");
  }
  if (call.query.get("includeExtract")?.toLowerCase() === "false" && /\.t(?:ds|wb)x$/u.test(revision.fileName)) {
    const entries = await readPackage(await readFile(revision.file));
    const packed = await writePackage(entries.filter(({ name }) => !name.endsWith(".hyper")));
    return bytesResponse(packed, packed.length, item, revision.fileName);
  }
  if (call.settings.downloadAs === "package" && revision.fileName.endsWith(".hyper")) {
    const packed = await packageOf(revision.fileName, await readFile(revision.file));
    const fileName = revision.fileName.replace(/\.hyper$/u, ".tdsx");
    return bytesResponse(packed, packed.length, item, fileName);
  }
  return bytesResponse(streamOf(revision.file), revision.bytes, item, revision.fileName);
}

function bytesResponse(
  body: ReadableStream | Uint8Array<ArrayBuffer>,
  length: number,
  { kind }: PublishedItem,
  fileName: string,
): Response {
  return new Response(body, {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(length),
      "content-disposition": `name="tableau_${kind}"; filename="${fileName.replaceAll('"', "")}"`,
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

/** `GET /{datasources|workbooks}/{id}/revisions` */
export function listRevisions(call: SiteCall): Reply {
  const item = publishedOf(call);
  const newest = item.revisions.at(-1)?.number;
  const page = listPage(item.revisions, call.query, {
    values: { revisionNumber: (revision) => revision.number },
    instants: { publishedAt: (revision) => revision.publishedAt },
  });
  const owner = call.state.users.get(item.ownerId);
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
      [element("publisher", { id: item.ownerId, name: owner?.name })],
    ),
  );
  return { status: 200, elements: [page.pagination, collection("revisions", "revision", items)] };
}

/** Makes a file the newest state of something published; the states before it stay readable. */
export async function addRevision(call: SiteCall, item: PublishedItem, from: string, fileName: string): Promise<void> {
  const number = (item.revisions.at(-1)?.number ?? 0) + 1;
  const file = join(call.state.environment.directory, `published-${item.id}-${number}`);
  await rename(from, file);
  const first = item.revisions.length === 0;
  const publishedAt = first ? item.createdAt : laterStamp(call.state, item.updatedAt);
  const revision: Revision = { number, publishedAt, file, fileName, bytes: (await stat(file)).size };
  item.revisions.push(revision);
  item.updatedAt = publishedAt;
  const kind = item.kind === "datasource" ? "Datasource" : "Workbook";
  call.state.webhooks.tell(call.site, `${kind}${first ? "Created" : "Updated"}`, item);
}
