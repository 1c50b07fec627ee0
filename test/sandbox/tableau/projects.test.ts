import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { errorCode, idIn, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

let server: TableauServer;
let session: Session;
beforeAll(async () => {
  server = await startTableau();
  session = await signIn(server);
});
afterAll(async () => {
  await server.stop();
});

const create = (attributes: string) =>
  session.call("POST", "/projects?publishSamples=False", { body: `<tsRequest><project ${attributes}/></tsRequest>` });

describe("projects", () => {
  test("starts with the default project and those of the seed, nested ones under their parents", async () => {
    const response = await session.call("GET", "/projects?pageSize=1000", { json: true });
    const body = (await response.json()) as {
      pagination: unknown;
      projects: { project: { id: string; name: string; parentProjectId?: string }[] };
    };
    expect(body.pagination).toEqual({ pageNumber: "1", pageSize: "1000", totalAvailable: "4" });
    const byName = new Map(body.projects.project.map((project) => [project.name, project]));
    expect([...byName.keys()]).toEqual(["default", "Process Hub", "Archive", "2025"]);
    expect(byName.get("2025")?.parentProjectId).toBe(byName.get("Archive")?.id);
  });

  test("keeps quotes, entities and other scripts in names", async () => {
    const text = await (await create('name="R&amp;D &#39;Ünï&#x43a;&quot;" description="a &lt; b"')).text();
    expect(text).toContain('name="R&amp;D \'Ünïк&quot;"');
    expect(text).toContain('description="a &lt; b"');
  });

  test("refuses a second of the same name under the same parent only", async () => {
    const parent = idIn(await (await create('name="Twice"')).text(), "project");
    const again = await create('name="twice"');
    expect([again.status, errorCode(await again.text())]).toEqual([409, "409006"]);
    expect((await create(`name="Twice" parentProjectId="${parent}"`)).status).toBe(201);
  });

  test("updates what is given, and deletes with all that is under it", async () => {
    const parent = idIn(await (await create('name="Old" description="keep"')).text(), "project");
    const child = idIn(await (await create(`name="Child" parentProjectId="${parent}"`)).text(), "project");
    const renamed = await session.call("PUT", `/projects/${parent}`, {
      body: '<tsRequest><project name="New"/></tsRequest>',
    });
    expect(await renamed.text()).toMatch(/name="New" description="keep"/u);
    expect((await session.call("DELETE", `/projects/${parent}`)).status).toBe(204);
    expect(errorCode(await (await session.call("DELETE", `/projects/${child}`)).text())).toBe("404005");
  });

  test("grants and takes away permissions", async () => {
    const project = idIn(await (await create('name="Shared"')).text(), "project");
    const path = `/projects/${project}/permissions`;
    const put = await session.call("PUT", path, {
      body:
        '<tsRequest><permissions><granteeCapabilities><group id="g1"/><capabilities>'
        + '<capability name="Read" mode="Allow"/></capabilities></granteeCapabilities></permissions></tsRequest>',
    });
    expect(await put.text()).toContain('<group id="g1"/><capabilities><capability name="Read" mode="Allow"/>');
    expect((await session.call("DELETE", `${path}/groups/g1/Read/Allow`)).status).toBe(204);
    expect(await (await session.call("GET", path)).text()).not.toContain("g1");
  });
});

describe("listings", () => {
  const names = async (query: string): Promise<readonly string[]> => {
    const text = await (await session.call("GET", `/projects?${query}`)).text();
    return [...text.matchAll(/<project id="[^"]+" name="([^"]+)"/gu)].map((match) => match[1] ?? "");
  };
  const code = async (query: string) => errorCode(await (await session.call("GET", `/projects?${query}`)).text());

  test("filters as clients write it, with everything percent-encoded and spaces as plus", async () => {
    expect(await names("filter=name%3Aeq%3AProcess+Hub%2CcreatedAt%3Agte%3A2024-01-01T00%3A00%3A00Z")).toEqual([
      "Process Hub",
    ]);
    expect(await names("filter=name:in:[Process Hub,Archive]&sort=name:asc")).toEqual(["Archive", "Process Hub"]);
    expect(await names("filter=name:cieq:process hub")).toEqual(["Process Hub"]);
    expect(await names("filter=topLevelProject:eq:false,name:eq:2025")).toEqual(["2025"]);
  });

  test("breaks on a comma in a value, as the real server does", async () => {
    expect(await code("filter=name:eq:A, B")).toBe("400000");
  });

  test("pages to the end, refuses what is beyond it and sizes out of bounds", async () => {
    const all = await names("pageSize=1000");
    const paged: string[] = [];
    for (let page = 1; page <= Math.ceil(all.length / 2); page += 1) {
      paged.push(...(await names(`pageSize=2&pageNumber=${page}`)));
    }
    expect(paged).toEqual(all);
    expect(await code(`pageSize=2&pageNumber=${Math.ceil(all.length / 2) + 1}`)).toBe("400006");
    expect(await code("pageSize=1001")).toBe("400007");
    expect(await code("pageSize=0")).toBe("400007");
  });

  test("shows an empty collection as {} in JSON", async () => {
    const response = await session.call("GET", "/datasources", { json: true });
    expect(await response.json()).toEqual({
      pagination: { pageNumber: "1", pageSize: "100", totalAvailable: "0" },
      datasources: {},
    });
  });
});
