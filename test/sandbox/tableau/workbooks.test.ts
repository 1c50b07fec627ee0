import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { writePackage } from "../../../src/sandbox/tableau/content/package.ts";
import { projectId, publishFile, uploadChunks } from "./publishing-client.ts";
import { errorCode, idIn, multipart, payloadPart, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

let server: TableauServer;
let session: Session;
let project: string;
let name: string;
let serial = 0;
beforeAll(async () => {
  server = await startTableau({ hyperd: "" });
  session = await signIn(server);
  project = await projectId(session);
  await publishFile(session, "kpi.hyper", Buffer.from("Hyper\r\n"), "Process KPIs");
});
afterAll(async () => {
  await server.stop();
});
beforeEach(() => {
  serial += 1;
  name = `Board ${serial}`;
});

const ID = "<simple-id uuid='{00000000-0000-0000-0000-000000000001}'/>";
const proxy = (contentUrl: string) =>
  `<datasource caption='KPI' name='sqlproxy.1'><connection class='sqlproxy' dbname='${contentUrl}' port='443' server='tableau.example'/></datasource>`;

function workbook(sources = proxy("ProcessKPIs"), rest = "<explain-data/>"): string {
  return (
    `<?xml version='1.0'?><workbook><datasources>${sources}</datasources>`
    + `<worksheets><worksheet name='Cycle time &amp; wait'>${ID}</worksheet><worksheet name='Detail'>${ID}</worksheet></worksheets>`
    + `<dashboards><dashboard name='Overview'><zones><zone name='Detail'/></zones>${ID}</dashboard></dashboards>${rest}</workbook>`
  );
}

const filePart = (fileName: string, bytes: Buffer | string) => ({
  disposition: `form-data; name="tableau_workbook"; filename="${fileName}"`,
  bytes,
});

async function publish(
  bytes: Buffer | string = workbook(),
  options: { query?: string; fileName?: string; payload?: string } = {},
): Promise<Response> {
  const { body, type } = multipart([
    payloadPart(
      `<tsRequest><workbook name="${name}" showTabs="true"><project id="${project}"/>${options.payload ?? ""}</workbook></tsRequest>`,
    ),
    filePart(options.fileName ?? "board.twb", bytes),
  ]);
  return session.call("POST", `/workbooks${options.query ?? "?skipConnectionCheck=true"}`, { body, type });
}

const viewsIn = (text: string) =>
  [...text.matchAll(/<view id="([^"]+)" name="([^"]+)" contentUrl="([^"]+)"/gu)].map(([, id, view, url]) => ({
    id,
    view,
    url,
  }));

describe("publishing a workbook", () => {
  test("answers 201 with its views, and gives its bytes back", async () => {
    const response = await publish();
    const text = await response.text();
    expect(response.status).toBe(201);
    expect(text).toContain('showTabs="true"');
    expect(viewsIn(text).map(({ view, url }) => [view, url])).toEqual([
      ["Cycle time &amp; wait", `Board${serial}/sheets/Cycletimewait`],
      ["Detail", `Board${serial}/sheets/Detail`],
      ["Overview", `Board${serial}/sheets/Overview`],
    ]);
    const content = await session.call("GET", `/workbooks/${idIn(text, "workbook")}/content`);
    expect(content.headers.get("content-disposition")).toBe('name="tableau_workbook"; filename="board.twb"');
    expect(await content.text()).toBe(workbook());
  });

  test("refuses a taken name unless told to overwrite, which keeps the ids of workbook and views", async () => {
    const first = await (await publish()).text();
    expect(errorCode(await (await publish()).text())).toBe("403007");
    const second = await (await publish(workbook(), { query: "?overwrite=true" })).text();
    expect(idIn(second, "workbook")).toBe(idIn(first, "workbook"));
    expect(viewsIn(second)).toEqual(viewsIn(first));
    const revisions = await session.call("GET", `/workbooks/${idIn(first, "workbook")}/revisions`);
    expect(await revisions.text()).toContain('totalAvailable="2"');
  });

  test("does not take a data source of that name for a workbook", async () => {
    await publishFile(session, "kpi.hyper", Buffer.from("Hyper\r\n"), name);
    expect((await publish()).status).toBe(201);
  });

  test("hides the views it is told to", async () => {
    const text = await (
      await publish(workbook(), { payload: '<views><view name="Detail" hidden="true"/></views>' })
    ).text();
    expect(viewsIn(text).map(({ view }) => view)).not.toContain("Detail");
  });

  test("takes an upload, as a job", async () => {
    const upload = await uploadChunks(session, [Buffer.from(workbook())]);
    const { body, type } = multipart([
      payloadPart(`<tsRequest><workbook name="${name}"><project id="${project}"/></workbook></tsRequest>`),
    ]);
    const query = `?uploadSessionId=${upload}&workbookType=twb&asJob=true`;
    const accepted = await session.call("POST", `/workbooks${query}`, { body, type });
    const text = await accepted.text();
    expect([accepted.status, text.includes('type="PublishWorkbook"')]).toEqual([202, true]);
    expect(await (await session.call("GET", `/workbooks?filter=name:eq:${name}`)).text()).toContain(
      'totalAvailable="1"',
    );
  });

  test("takes a package with the extract it names", async () => {
    const source =
      "<datasource caption='Own'><connection class='federated'><named-connection><connection class='hyper' dbname='Data/kpi.hyper'/></named-connection></connection></datasource>";
    const packed = async (extract: string): Promise<Buffer> =>
      Buffer.from(
        await writePackage([
          { name: "board.twb", bytes: Buffer.from(workbook(source)) },
          { name: extract, bytes: Buffer.from("Hyper") },
        ]),
      );
    const refused = await publish(await packed("Data/other.hyper"), { fileName: "board.twbx" });
    expect(await refused.text()).toContain("does not bring the extract");
    const text = await (await publish(await packed("Data/kpi.hyper"), { fileName: "board.twbx" })).text();
    const connections = await session.call("GET", `/workbooks/${idIn(text, "workbook")}/connections`);
    expect(await connections.text()).toMatch(/type="hyper"[^>]+><datasource id="[^"]+" name="Own"/u);
  });

  test.each<[string, string | Buffer, string, string]>([
    ["what is not XML", "<workbook><a></workbook>", "board.twb", "400011"],
    ["another document", "<datasource/>", "board.twb", "400011"],
    ["a data source that is not on the site", workbook(proxy("Nowhere")), "board.twb", "400011"],
    ["a package that is none", "PK", "board.twbx", "400011"],
    ["a file of another kind", workbook(), "board.tds", "400011"],
  ])("refuses %s and keeps nothing of it", async (_what, bytes, fileName, code) => {
    expect(errorCode(await (await publish(bytes, { fileName })).text())).toBe(code);
    expect(await (await session.call("GET", `/workbooks?filter=name:eq:${name}`)).text()).toContain(
      'totalAvailable="0"',
    );
  });
});

describe("a published workbook", () => {
  let id: string;
  beforeEach(async () => {
    id = idIn(await (await publish()).text(), "workbook");
  });

  test("is told, changed, tagged and deleted", async () => {
    await session.call("PUT", `/workbooks/${id}/tags`, {
      body: '<tsRequest><tags><tag label="a b"/></tags></tsRequest>',
    });
    const changed = await session.call("PUT", `/workbooks/${id}`, {
      body: `<tsRequest><workbook name="${name} 2" showTabs="false"/></tsRequest>`,
    });
    expect(await changed.text()).toContain(`name="${name} 2"`);
    const told = await (await session.call("GET", `/workbooks/${id}`)).text();
    expect(told).toContain('showTabs="false"');
    expect(told).toContain('<tag label="a b"/>');
    expect((await session.call("DELETE", `/workbooks/${id}/tags/a%20b`)).status).toBe(204);
    expect((await session.call("DELETE", `/workbooks/${id}`)).status).toBe(204);
    expect(errorCode(await (await session.call("GET", `/workbooks/${id}`)).text())).toBe("404006");
  });

  test("tells the published data source it takes from", async () => {
    const connections = await (await session.call("GET", `/workbooks/${id}/connections`)).text();
    const sources = await (await session.call("GET", "/datasources?filter=name:eq:Process KPIs")).text();
    expect(connections).toContain('type="sqlproxy" serverAddress="tableau.example" serverPort="443"');
    expect(connections).toContain(`<datasource id="${idIn(sources, "datasource")}" name="Process KPIs"/>`);
  });

  test("has views that can be listed with it and on the site, each by itself", async () => {
    const [first] = viewsIn(await (await session.call("GET", `/workbooks/${id}/views`)).text());
    const all = await (await session.call("GET", `/views?filter=contentUrl:eq:${first?.url}`)).text();
    expect(viewsIn(all)).toEqual([first]);
    expect(await (await session.call("GET", `/views/${first?.id}`)).text()).toContain(`<workbook id="${id}"/>`);
  });

  test("has views that take tags, which stay when it is published anew", async () => {
    const [first] = viewsIn(await (await session.call("GET", `/workbooks/${id}/views`)).text());
    const path = `/views/${first?.id}`;
    await session.call("PUT", `${path}/tags`, { body: '<tsRequest><tags><tag label="a b"/></tags></tsRequest>' });
    await publish(workbook(), { query: "?overwrite=true" });
    expect(await (await session.call("GET", path)).text()).toContain('<tag label="a b"/>');
    expect((await session.call("DELETE", `${path}/tags/a%20b`)).status).toBe(204);
    expect(await (await session.call("GET", path)).text()).toContain("<tags/>");
  });

  test("takes permissions and a data-quality warning", async () => {
    const users = await (await session.call("GET", "/users")).text();
    const body =
      `<tsRequest><permissions><granteeCapabilities><user id="${idIn(users, "user")}"/><capabilities>`
      + '<capability name="Read" mode="Allow"/></capabilities></granteeCapabilities></permissions></tsRequest>';
    const permissions = await (await session.call("PUT", `/workbooks/${id}/permissions`, { body })).text();
    expect(permissions).toContain(`<permissions><workbook id="${id}"`);
    const warning = await session.call("POST", `/dataQualityWarnings/workbook/${id}`, {
      body: '<tsRequest><dataQualityWarning type="STALE"/></tsRequest>',
    });
    expect(warning.status).toBe(200);
  });
});

describe("validating a workbook", () => {
  const validate = async (document: string): Promise<unknown> => {
    const { body, type } = multipart([filePart("board.twb", document)]);
    return (await session.call("POST", "/workbooks/validateWorkbookAndUpload", { body, type })).json();
  };

  test("finds nothing and gives an upload to publish it by", async () => {
    const answer = (await validate(workbook())) as { readonly uploadId: string };
    expect(answer).toMatchObject({ timestamp: "2026-03-02T09:00:00Z", errors: [], warnings: [] });
    const { body, type } = multipart([payloadPart(`<tsRequest><workbook name="${name}"/></tsRequest>`)]);
    const query = `?uploadSessionId=${answer.uploadId}&workbookType=twb`;
    expect((await session.call("POST", `/workbooks${query}`, { body, type })).status).toBe(201);
  });

  test("says where it is not XML", async () => {
    expect(await validate("<workbook>\n<a></b>\n</workbook>")).toMatchObject({
      errors: [{ severity: "ERROR", line: 2 }],
    });
  });

  test("says what the schema misses and what Tableau would stumble over", async () => {
    const answer = await validate(workbook(proxy("Nowhere"), "").replace("zone name='Detail'", "zone name='Gone'"));
    expect(answer).toMatchObject({
      errors: [{ message: "The element explain-data is missing." }],
      warnings: [
        { elementName: "zone", message: expect.stringContaining("Gone") },
        { elementName: "datasource", message: expect.stringContaining("not on this site") },
      ],
    });
    expect(answer).not.toHaveProperty("uploadId");
  });
});
