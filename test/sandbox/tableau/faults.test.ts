import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { OwnDial } from "../../support/dialled-system.ts";
import { downloaded, jobOf, projectId, publishFile, uploadChunks } from "./publishing-client.ts";
import { errorCode, filePart, idIn, multipart, payloadPart, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

let server: TableauServer;
let session: Session;
let project: string;
beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  session = await signIn(server);
  project = await projectId(session);
});
afterEach(async () => {
  await server.stop();
});

const FIRST = Buffer.from("Hyper 1");
const SECOND = Buffer.from("Hyper 2");

async function overwrite(bytes: Buffer, query = "&asJob=true"): Promise<Response> {
  const { body, type } = multipart([
    payloadPart(`<tsRequest><datasource name="KPI"><project id="${project}"/></datasource></tsRequest>`),
    filePart("kpi.hyper", bytes),
  ]);
  return session.call("POST", `/datasources?overwrite=true${query}`, { body, type });
}

describe("a job that a dial strikes", () => {
  test.each([
    ["failed", "1", FIRST],
    ["half-done", "1", SECOND],
    ["incomplete", "0", FIRST],
  ] as const)("%s is told as %s without a word", async (outcome, finishCode, standing) => {
    const id = await publishFile(session, "kpi.hyper", FIRST);
    await server.dial({ fault: "job", outcome, route: "POST /datasources" });
    const job = await jobOf(session, idIn(await (await overwrite(SECOND)).text(), "job"));
    expect(job.finishCode).toBe(finishCode);
    expect(job.text).not.toContain("statusNote");
    expect((await downloaded(session, id)).equals(standing)).toBe(true);
  });

  test("stuck never ends, until somebody ends it", async () => {
    const id = await publishFile(session, "kpi.hyper", FIRST);
    await server.dial({ fault: "job", outcome: "stuck" });
    const job = idIn(await (await overwrite(SECOND)).text(), "job");
    for (let poll = 0; poll < 20; poll += 1) expect((await jobOf(session, job)).finishCode).toBeUndefined();
    await server.control("/jobs/finish", {});
    expect((await downloaded(session, id)).equals(SECOND)).toBe(true);
  });
});

describe("the wire", () => {
  test("loses an answer though the write happened", async () => {
    const id = await publishFile(session, "kpi.hyper", FIRST);
    await server.dial({ fault: "lost-answer", route: "POST /datasources" });
    await expect(overwrite(SECOND, "")).rejects.toThrow("fetch failed");
    expect((await downloaded(session, id)).equals(SECOND)).toBe(true);
  });

  test("loses the answer to a chunk that was kept, or the chunk itself", async () => {
    const size = async (id: string) => {
      const { body, type } = multipart([payloadPart(`<tsRequest><datasource name="${id}"/></tsRequest>`)]);
      const query = `?uploadSessionId=${id}&datasourceType=hyper`;
      const text = await (await session.call("POST", `/datasources${query}`, { body, type })).text();
      return (await downloaded(session, idIn(text, "datasource"))).length;
    };
    const chunk = async (id: string) => {
      const { body, type } = multipart([{ disposition: 'name="tableau_file"', bytes: FIRST }]);
      await session.call("PUT", `/fileUploads/${id}`, { body, type });
    };
    const kept = await uploadChunks(session, [FIRST]);
    await server.dial({ fault: "lost-answer", route: "PUT /fileUploads" });
    await expect(chunk(kept)).rejects.toThrow("fetch failed");
    expect(await size(kept)).toBe(2 * FIRST.length);
    const gone = await uploadChunks(session, [FIRST]);
    await server.dial({ fault: "reset", route: "PUT /fileUploads" });
    await expect(chunk(gone)).rejects.toThrow("fetch failed");
    expect(await size(gone)).toBe(FIRST.length);
  });

  test.each<[string, OwnDial, number, string | undefined]>([
    ["429 with the time to wait", { fault: "throttle", seconds: 9 }, 429, "429000"],
    ["a server that is down", { fault: "error" }, 503, "503000"],
    ["a gateway that waited too long", { fault: "error", status: 504 }, 504, "504000"],
    ["a proxy's page", { fault: "html" }, 502, undefined],
    ["a conflict", { fault: "error", status: 409, code: "409093" }, 409, "409093"],
    ["a session that is over, once", { fault: "error", status: 401 }, 401, "401002"],
  ])("answers with %s, in XML and in JSON", async (_what, dial, status, code) => {
    await server.dial({ ...dial, route: "GET /workbooks", times: 2 });
    const xml = await session.call("GET", "/workbooks");
    expect([xml.status, xml.headers.get("retry-after")]).toEqual([status, status === 429 ? "9" : null]);
    expect(errorCode(await xml.text())).toBe(code);
    const json = await session.call("GET", "/workbooks", { json: true });
    if (code !== undefined) expect(await json.json()).toMatchObject({ error: { code } });
    expect((await session.call("GET", "/workbooks")).status).toBe(200);
  });
});

describe("what somebody else does", () => {
  const change = (route: string, wanted: { do: string; [detail: string]: unknown }) =>
    server.dial({ fault: "organisation", route, change: wanted });

  test("ends a session by signing in with its token", async () => {
    await change("GET /projects", { do: "sign-in-elsewhere" });
    expect(errorCode(await (await session.call("GET", "/projects")).text())).toBe("401002");
    session = await signIn(server);
    expect((await session.call("GET", "/projects")).status).toBe(200);
  });

  test("replaces a project by another of its name just before a publish", async () => {
    await change("POST /datasources", { do: "replace-project", project: "Process Hub" });
    expect(errorCode(await (await overwrite(FIRST, "")).text())).toBe("404005");
    expect(await projectId(session)).not.toBe(project);
  });

  test("renames a project, however deep, and revokes a token", async () => {
    await server.organise({ do: "rename-project", project: "Archive/2025", to: "2026" });
    expect(await (await session.call("GET", "/projects?filter=name:eq:2026")).text()).toContain('totalAvailable="1"');
    await server.organise({ do: "revoke-token", token: server.description["tokenName"] });
    expect((await session.call("GET", "/projects")).status).toBe(401);
    await expect(signIn(server)).rejects.toThrow("401001");
  });

  test("is refused where there is nothing of that name", async () => {
    await expect(server.organise({ do: "rename-project", project: "Nowhere", to: "x" })).rejects.toThrow("Nowhere");
    await expect(server.organise({ do: "revoke-token", token: "nobody's" })).rejects.toThrow("nobody's");
    await expect(server.organise({ do: "paint-it-black" })).rejects.toThrow("Tableau");
  });
});
