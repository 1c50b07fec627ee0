import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { uploadChunks } from "./publishing-client.ts";
import { errorCode, filePart, idIn, multipart, payloadPart, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

let server: TableauServer;
let session: Session;
let project: string;
beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  session = await signIn(server);
  project = idIn(await (await session.call("GET", "/projects?filter=name:eq:Process Hub")).text(), "project");
});
afterEach(async () => {
  await server.stop();
});

// Line ends, a boundary look-alike and non-text bytes, all of which a text-minded parser would damage.
const HYPER = Buffer.concat([
  Buffer.from("Hyper\r\n--b0undary in the middle\r\n\r\n", "latin1"),
  Buffer.from([0, 255, 13, 10, 128, 0]),
]);
const payload = (name: string, projectId = project) =>
  payloadPart(`<tsRequest><datasource name="${name}"><project id="${projectId}" /></datasource></tsRequest>`);

async function publish(query: string, parts = [payload("KPI"), filePart("kpi.hyper", HYPER)]): Promise<Response> {
  const { body, type } = multipart(parts);
  return session.call("POST", `/datasources${query}`, { body, type });
}

describe("publishing in one request", () => {
  test("answers 201 with the data source and gives the very bytes back", async () => {
    const response = await publish("?datasourceType=hyper");
    expect(response.status).toBe(201);
    const text = await response.text();
    expect(text).toContain(`<project id="${project}" name="Process Hub"/>`);
    expect(text).toContain('createdAt="2026-03-02T09:00:00Z"');
    const content = await session.call("GET", `/datasources/${idIn(text, "datasource")}/content`);
    expect(content.headers.get("content-disposition")).toBe('name="tableau_datasource"; filename="kpi.hyper"');
    expect(Buffer.from(await content.arrayBuffer()).equals(HYPER)).toBe(true);
  });

  test.each([
    ['name="request_payload"', 'name="tableau_datasource"; filename="kpi.hyper"'],
    ["form-data; name=request_payload", "form-data; name=tableau_datasource; filename=kpi.hyper"],
  ])("understands parts that say %s", async (first, second) => {
    const response = await publish("", [
      { ...payload("KPI"), disposition: first },
      { disposition: second, bytes: HYPER },
    ]);
    expect(response.status).toBe(201);
  });

  test("refuses a taken name unless told to overwrite, which keeps the id and adds a revision", async () => {
    const first = await (await publish("")).text();
    const taken = await publish("");
    expect([taken.status, errorCode(await taken.text())]).toEqual([403, "403007"]);
    const second = await (await publish("?overwrite=true")).text();
    expect(idIn(second, "datasource")).toBe(idIn(first, "datasource"));
    const moved = (text: string) => /updatedAt="([^"]+)"/u.exec(text)?.[1] ?? "";
    expect(moved(second) > moved(first)).toBe(true);
    const revisions = await (await session.call("GET", `/datasources/${idIn(first, "datasource")}/revisions`)).text();
    expect(revisions).toContain('totalAvailable="2"');
  });

  test.each([
    ["a project it does not know", "", () => [payload("KPI", "nowhere"), filePart("kpi.hyper", HYPER)], "404005"],
    ["overwrite and append at once", "?overwrite=true&append=true", undefined, "400000"],
    ["append to nothing", "?append=true", undefined, "404004"],
    ["a flag that is none", "?overwrite=maybe", undefined, "400008"],
    ["a file of no known kind", "", () => [payload("KPI"), filePart("kpi.csv", HYPER)], "400011"],
    ["other magic bytes", "?datasourceType=parquet", undefined, "400011"],
    ["the entity &apos;", "", () => [payload("it&apos;s"), filePart("kpi.hyper", HYPER)], "400003"],
    ["a missing file", "", () => [payload("KPI")], "400000"],
  ])("refuses %s", async (_what, query, parts, code) => {
    const response = await publish(query, parts?.());
    expect(errorCode(await response.text())).toBe(code);
    expect(await (await session.call("GET", "/datasources")).text()).toContain('totalAvailable="0"');
  });

  test("leaves the old state when new content is refused", async () => {
    const first = await (await publish("")).text();
    const refused = await publish("?overwrite=true", [payload("KPI"), filePart("kpi.hyper", Buffer.from("broken"))]);
    expect(refused.status).toBe(400);
    const content = await session.call("GET", `/datasources/${idIn(first, "datasource")}/content`);
    expect(Buffer.from(await content.arrayBuffer()).equals(HYPER)).toBe(true);
  });

  test("counts publishes per hour on its own clock", async () => {
    await server.control("/limits", { publishesPerHour: 1 });
    expect((await publish("")).status).toBe(201);
    const limited = await publish("?overwrite=true");
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "3600"]);
    server.clock.advance(3_600_000);
    expect((await publish("?overwrite=true")).status).toBe(201);
  });
});

const upload = (chunks: readonly Buffer[]) => uploadChunks(session, chunks);

describe("publishing an upload as a job", () => {
  const commit = (id: string, query = "&overwrite=true") =>
    publish(`?uploadSessionId=${id}&datasourceType=hyper&asJob=true${query}`, [payload("KPI")]);

  test("joins the chunks in order, takes the id once and shows the result when the job is done", async () => {
    await server.control("/settings", { pollsUntilDone: 2, unknownPolls: 1, initialFinishCode: true });
    const id = await upload([HYPER.subarray(0, 20), HYPER.subarray(20)]);
    expect(id).toMatch(/^[0-9]+:[0-9a-fA-F]+-[0-9]+:[0-9]+$/u);
    const accepted = await commit(id);
    const text = await accepted.text();
    expect([accepted.status, /finishCode="(\d)"/u.exec(text)?.[1]]).toEqual([202, "1"]);
    expect(errorCode(await (await commit(id)).text())).toBe("404007");
    const job = async () => (await session.call("GET", `/jobs/${idIn(text, "job")}`)).text();
    expect(errorCode(await job())).toBe("400031");
    expect(await job()).not.toContain("completedAt");
    expect(await (await session.call("GET", "/datasources")).text()).toContain('totalAvailable="0"');
    expect(await job()).toMatch(/completedAt="[^"]+" finishCode="0"/u);
    const listed = await (await session.call("GET", "/datasources?filter=name:eq:KPI")).text();
    const content = await session.call("GET", `/datasources/${idIn(listed, "datasource")}/content`);
    expect(Buffer.from(await content.arrayBuffer()).equals(HYPER)).toBe(true);
  });

  test("hides why a job failed", async () => {
    await publish("");
    const text = await (await commit(await upload([HYPER]), "")).text();
    const job = await (await session.call("GET", `/jobs/${idIn(text, "job")}`)).text();
    expect(job).toContain('finishCode="1"');
    expect(job).not.toContain("403007");
  });

  test("tells the size of an upload in megabytes and refuses more than 64 of them at once", async () => {
    const created = await (await session.call("POST", "/fileUploads")).text();
    const id = /uploadSessionId="([^"]+)"/u.exec(created)?.[1] ?? "";
    const put = async (megabytes: number) => {
      const part = { disposition: "name=tableau_file", bytes: Buffer.alloc(megabytes * 1024 ** 2) };
      const { body, type } = multipart([part]);
      return (await session.call("PUT", `/fileUploads/${id}`, { body, type })).text();
    };
    expect(await put(3)).toContain('fileSize="3"');
    expect(errorCode(await put(65))).toBe("400011");
  });
});

describe("a published data source", () => {
  test("is tagged, renamed, certified and deleted", async () => {
    const id = idIn(await (await publish("")).text(), "datasource");
    const tags = await session.call("PUT", `/datasources/${id}/tags`, {
      body: '<tsRequest><tags><tag label="kpi"/><tag label="process hub"/></tags></tsRequest>',
    });
    expect(await tags.text()).toContain('<tags><tag label="kpi"/><tag label="process hub"/></tags>');
    expect((await session.call("DELETE", `/datasources/${id}/tags/process%20hub`)).status).toBe(204);
    const updated = await session.call("PUT", `/datasources/${id}`, {
      body: '<tsRequest><datasource name="KPIs" isCertified="true" certificationNote="checked"/></tsRequest>',
    });
    const text = await updated.text();
    expect(text).toMatch(/name="KPIs" contentUrl="KPI"/u);
    expect(text).toContain('isCertified="true"');
    expect(text).toContain('<tags><tag label="kpi"/></tags>');
    expect((await session.call("DELETE", `/datasources/${id}`)).status).toBe(204);
    expect(errorCode(await (await session.call("GET", `/datasources/${id}`)).text())).toBe("404004");
  });

  test("does not give its bytes to a client that only takes JSON", async () => {
    const id = idIn(await (await publish("")).text(), "datasource");
    const response = await session.call("GET", `/datasources/${id}/content`, { accept: "application/json" });
    expect([response.status, await response.json()]).toMatchObject([406, { error: { code: "406000" } }]);
  });
});
