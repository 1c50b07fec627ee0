import { createReadStream } from "node:fs";
import { datasourceOf, pathOf } from "./call.ts";
import type { Reply, SiteCall } from "./call.ts";
import { collection, element } from "./element.ts";
import { notFound, TableauError } from "./errors.ts";
import { listPage } from "./listing.ts";
import { stamp } from "./state.ts";
import type { Revision } from "./state.ts";

/** `GET /datasources/{id}/content`: the newest bytes, as they were published. */
export function downloadDatasource(call: SiteCall): Reply {
  const revision = datasourceOf(call).revisions.at(-1);
  if (revision === undefined) throw notFound("404004", "The content");
  return download(call, revision);
}

/** `GET /datasources/{id}/revisions/{n}/content` */
export function downloadRevision(call: SiteCall): Reply {
  const number = Number(pathOf(call, "revision"));
  const revision = datasourceOf(call).revisions.find((candidate) => candidate.number === number);
  if (revision === undefined) throw notFound("404004", `Revision '${pathOf(call, "revision")}'`);
  return download(call, revision);
}

function download(call: SiteCall, revision: Revision): Response {
  const accept = call.request.headers.get("accept") ?? "*/*";
  if (!/\*\/\*|application\/\*|octet-stream/u.test(accept)) {
    throw new TableauError("406000", "Not Acceptable", "The content is only available as application/octet-stream.");
  }
  return new Response(streamOf(revision.file), {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(revision.bytes),
      "content-disposition": `name="tableau_datasource"; filename="${revision.fileName.replaceAll('"', "")}"`,
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
