import { listen } from "../../src/sandbox/kit/server.ts";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";

export interface StandingWorkbook {
  readonly id: string;
  readonly name: string;
  readonly project: { readonly id: string };
  readonly tags: { tag?: readonly { readonly label: string }[] };
  readonly webpageUrl: string;
  /** The document as it was sent. */
  readonly document: string;
  readonly query: string;
}

export interface TableauWithWorkbooks {
  readonly origin: string;
  readonly workbooks: StandingWorkbook[];
  /** The next publish is carried out and its answer lost. */
  loseNextAnswer(): void;
  close(): Promise<void>;
}

/** A server that keeps workbooks (reference tableau.md §3.9) and lets the Tableau behind it answer everything else. */
export async function withWorkbooks(target: string): Promise<TableauWithWorkbooks> {
  const workbooks: StandingWorkbook[] = [];
  let isLosing = false;
  const json = (status: number, body: unknown): Response =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const shown = ({ id, name, project, tags, webpageUrl }: StandingWorkbook): object => ({
    id,
    name,
    project,
    tags,
    webpageUrl,
  });
  const server = await listen(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const path = /\/sites\/[^/]+(\/workbooks.*)$/u.exec(pathname)?.[1];
      if (path === "/workbooks" && request.method === "GET") {
        const pagination = { pageNumber: "1", pageSize: "1000", totalAvailable: String(workbooks.length) };
        return json(200, { pagination, workbooks: workbooks.length === 0 ? {} : { workbook: workbooks.map(shown) } });
      }
      if (path === "/workbooks") {
        const body = await request.text();
        const name = /<workbook name="([^"]*)"/u.exec(body)?.[1] ?? "";
        const project = { id: /<project id="([^"]*)"/u.exec(body)?.[1] ?? "" };
        const document = body.slice(body.indexOf("<?xml"), body.lastIndexOf("</workbook>") + "</workbook>".length);
        const taken = workbooks.some((each) => each.name === name && each.project.id === project.id);
        if (taken) return json(403, { error: { code: "403007", summary: "Forbidden", detail: "The name is taken." } });
        const id = `w-${workbooks.length + 1}`;
        const made = {
          id,
          name,
          project,
          tags: {},
          webpageUrl: `${target}/#/workbooks/${id}`,
          document,
          query: search,
        };
        workbooks.push(made);
        if (!isLosing) return json(201, { workbook: shown(made) });
        isLosing = false;
        return json(504, {});
      }
      if (path !== undefined) {
        const id = /^\/workbooks\/([^/]+)\/tags$/u.exec(path)?.[1];
        const found = workbooks.find((each) => each.id === id);
        if (found === undefined) return json(404, { error: { code: "404006" } });
        const { tags } = (await request.json()) as { readonly tags: { readonly tag: readonly { label: string }[] } };
        found.tags.tag = [...(found.tags.tag ?? []), ...tags.tag];
        return json(200, { tags: found.tags });
      }
      const headers = new Headers(request.headers);
      for (const name of ["host", "connection", "content-length", "accept-encoding"]) headers.delete(name);
      const body = request.method === "GET" ? {} : { body: await request.arrayBuffer() };
      return fetch(`${target}${pathname}${search}`, { method: request.method, headers, ...body });
    },
    0,
    new SandboxClock(0, () => 0),
  );
  return {
    origin: server.origin,
    workbooks,
    loseNextAnswer: () => {
      isLosing = true;
    },
    close: () => server.close(),
  };
}
