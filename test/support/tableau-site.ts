import { createHash } from "node:crypto";
import { z } from "zod";
import type { Company } from "./e2e.ts";

const listed = z.object({
  datasources: z.object({
    datasource: z.array(
      z.looseObject({ id: z.string(), name: z.string(), project: z.looseObject({ name: z.string() }) }),
    ),
  }),
});
const listedWorkbooks = z.object({
  workbooks: z.object({ workbook: z.array(z.looseObject({ id: z.string(), name: z.string() })).default([]) }),
});
const signedIn = z.object({ credentials: z.object({ token: z.string(), site: z.object({ id: z.string() }) }) });

/** The company's Tableau site, seen by somebody with a token of their own. */
export interface TableauSite {
  /** Ids of the data sources in a project, by name. */
  datasources(project: string): Promise<ReadonlyMap<string, string>>;
  content(id: string): Promise<Buffer>;
  /** SHA-256 of the content of every data source of a project, by name. */
  contents(project: string): Promise<ReadonlyMap<string, string>>;
  /** All workbooks of the site, with their documents as they were sent. */
  workbooks(): Promise<readonly { readonly name: string; readonly document: string }[]>;
}

/** Signs in with another token than the hub's: a second sign-in with the same would end the first. */
export async function observeTableau(company: Company): Promise<TableauSite> {
  const { baseUrl = "", site: contentUrl = "" } = company.sandbox.description.systems["tableau"] ?? {};
  await company.control("/systems/tableau/tokens", "POST", { name: "observer", secret: "an observer's secret" });
  const ask = async (path: string, init: RequestInit = {}, token = ""): Promise<Response> => {
    const headers = { accept: "application/json", "content-type": "application/json", "x-tableau-auth": token };
    const response = await fetch(`${baseUrl}/api/3.29${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const credentials = {
    personalAccessTokenName: "observer",
    personalAccessTokenSecret: "an observer's secret",
    site: { contentUrl },
  };
  const answer = await ask("/auth/signin", { method: "POST", body: JSON.stringify({ credentials }) });
  const { token, site } = signedIn.parse(await answer.json()).credentials;
  const get = (path: string): Promise<Response> => ask(`/sites/${site.id}${path}`, {}, token);
  const tableau: TableauSite = {
    datasources: async (project) => {
      const { datasources } = listed.parse(await (await get("/datasources?pageSize=1000")).json());
      const inProject = datasources.datasource.filter((each) => each.project.name === project);
      return new Map(inProject.map(({ name, id }) => [name, id]));
    },
    content: async (id) => {
      const path = `${baseUrl}/api/3.29/sites/${site.id}/datasources/${id}/content`;
      const response = await fetch(path, { headers: { "x-tableau-auth": token } });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    },
    contents: async (project) => {
      const hashes = new Map<string, string>();
      for (const [name, id] of await tableau.datasources(project)) {
        hashes.set(
          name,
          createHash("sha256")
            .update(await tableau.content(id))
            .digest("hex"),
        );
      }
      return hashes;
    },
    workbooks: async () => {
      const { workbooks } = listedWorkbooks.parse(await (await get("/workbooks?pageSize=1000")).json());
      return Promise.all(
        workbooks.workbook.map(async ({ id, name }) => {
          const path = `${baseUrl}/api/3.29/sites/${site.id}/workbooks/${id}/content`;
          const response = await fetch(path, { headers: { "x-tableau-auth": token } });
          return { name, document: await response.text() };
        }),
      );
    },
  };
  return tableau;
}
