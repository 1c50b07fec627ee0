import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { errorCode, filePart, idIn, multipart, payloadPart, signIn, startTableau } from "./server.ts";
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

  const grant = (group: string) =>
    `<tsRequest><permissions><granteeCapabilities><group id="${group}"/><capabilities>`
    + '<capability name="Read" mode="Allow"/></capabilities></granteeCapabilities></permissions></tsRequest>';
  const everybody = async (): Promise<string> =>
    idIn(await (await session.call("GET", "/groups?filter=name:eq:All Users")).text(), "group");

  test("grants and takes away permissions", async () => {
    const project = idIn(await (await create('name="Shared"')).text(), "project");
    const group = await everybody();
    const path = `/projects/${project}/permissions`;
    const put = await session.call("PUT", path, { body: grant(group) });
    expect(await put.text()).toContain(
      `<group id="${group}"/><capabilities><capability name="Read" mode="Allow"/></capabilities>`,
    );
    expect((await session.call("DELETE", `${path}/groups/${group}/Read/Allow`)).status).toBe(204);
    expect(await (await session.call("GET", path)).text()).not.toContain(group);
    expect(errorCode(await (await session.call("PUT", path, { body: grant("nobody") })).text())).toBe("404012");
  });

  test("grants by default on what is published into it, kind by kind", async () => {
    const project = idIn(await (await create('name="Prepared"')).text(), "project");
    const group = await everybody();
    await session.call("PUT", `/projects/${project}/default-permissions/datasources`, { body: grant(group) });
    const { body, type } = multipart([
      payloadPart(`<tsRequest><datasource name="KPI"><project id="${project}"/></datasource></tsRequest>`),
      filePart("kpi.hyper", Buffer.from("Hyper")),
    ]);
    const published = await (await session.call("POST", "/datasources", { body, type })).text();
    const permissions = await session.call("GET", `/datasources/${idIn(published, "datasource")}/permissions`);
    expect(await permissions.text()).toContain(`<group id="${group}"/>`);
    expect(await (await session.call("GET", `/projects/${project}/permissions`)).text()).not.toContain(group);
    await session.call("DELETE", `/datasources/${idIn(published, "datasource")}`);
    const unknown = await session.call("GET", `/projects/${project}/default-permissions/dreams`);
    expect(unknown.status).toBe(404);
  });
});

describe("people", () => {
  test("are in groups, which can be read from both sides", async () => {
    const { id } = (await server.control("/people", {
      name: "ann@techflow.example",
      password: "x",
      groups: ["Sales"],
    })) as {
      readonly id: string;
    };
    const groups = await (await session.call("GET", `/users/${id}/groups`)).text();
    expect([...groups.matchAll(/<group id="[^"]+" name="([^"]+)"/gu)].map(([, name]) => name)).toEqual([
      "All Users",
      "Sales",
    ]);
    const sales = idIn(await (await session.call("GET", "/groups?filter=name:eq:Sales")).text(), "group");
    expect(await (await session.call("GET", `/groups/${sales}/users`)).text()).toContain("ann@techflow.example");
    expect(errorCode(await (await session.call("GET", "/groups/none/users")).text())).toBe("404012");
    expect(errorCode(await (await session.call("GET", "/users/none")).text())).toBe("404002");
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
