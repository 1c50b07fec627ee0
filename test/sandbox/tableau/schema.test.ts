import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { answerMisfits, canValidateAnswers } from "../../support/rest-schema.ts";
import { projectId, publishFile } from "./publishing-client.ts";
import { idIn, multipart, payloadPart, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

const inSchema = canValidateAnswers() ? describe : describe.skip;
if (!canValidateAnswers()) process.stderr.write("No xmllint or no schema here: answers are not validated.\n");

/** What the real service answers although its schema knows no such thing (reference tableau.md §4). */
const KNOWN_MISFITS = [
  "GET /serverInfo",
  "GET /jobs",
  "GET /views",
  "POST /tasks/extractRefreshes",
  "GET /datasources/D/connections",
];

let server: TableauServer;
let session: Session;
let directory: string;
const answers = new Map<string, string>();
const ids = new Map<string, string>();

/** Calls, and keeps the answer under its method and path with ids by their letters. */
async function ask(method: string, path: string, inner?: string): Promise<string> {
  const real = path.replaceAll(/\b[A-Z]\b/gu, (letter) => ids.get(letter) ?? letter);
  const response = await session.call(
    method,
    real,
    inner === undefined ? {} : { body: `<tsRequest>${inner}</tsRequest>` },
  );
  const text = await response.text();
  answers.set(`${method} ${path}`, text);
  return text;
}

async function publishWorkbook(): Promise<string> {
  const sheet = "<worksheet name='One'/>";
  const { body, type } = multipart([
    payloadPart(`<tsRequest><workbook name="Board"><project id="${ids.get("P")}"/></workbook></tsRequest>`),
    {
      disposition: 'name="tableau_workbook"; filename="board.twb"',
      bytes: `<workbook><datasources><datasource caption='KPI'><connection class='sqlproxy' dbname='KPI' port='443' server='here'/></datasource></datasources><worksheets>${sheet}</worksheets></workbook>`,
    },
  ]);
  return (await session.call("POST", "/workbooks", { body, type })).text();
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "tableau-schema-"));
  server = await startTableau({ hyperd: "" });
  session = await signIn(server);
  ids.set("P", await projectId(session));
  ids.set("D", await publishFile(session, "kpi.hyper", Buffer.from("Hyper")));
  answers.set("GET /serverInfo", await (await fetch(`${server.origin}/api/2.4/serverInfo`)).text());
  answers.set("GET nothing", await (await fetch(`${server.origin}/api/3.29/nothing`)).text());
  answers.set("POST /workbooks", await publishWorkbook());
  ids.set("W", idIn(answers.get("POST /workbooks") ?? "", "workbook"));
  ids.set("U", idIn(await ask("GET", "/users"), "user"));
  ids.set("G", idIn(await ask("GET", "/groups"), "group"));
  await ask("POST", "/projects", '<project name="New" description="d"/>');
  for (const path of ["", "/projects", "/datasources", "/datasources/D", "/workbooks", "/workbooks/W"])
    await ask("GET", path);
  for (const path of ["/datasources/D/revisions", "/datasources/D/connections", "/workbooks/W/views", "/views"])
    await ask("GET", path);
  await ask("GET", "/workbooks/W/connections");
  await ask("GET", "/users/U/groups");
  await ask("GET", "/groups/G/users");
  await ask("PUT", "/datasources/D/tags", '<tags><tag label="kpi"/></tags>');
  const grant =
    `<permissions><granteeCapabilities><group id="${ids.get("G")}"/><capabilities>`
    + '<capability name="Read" mode="Allow"/></capabilities></granteeCapabilities></permissions>';
  await ask("PUT", "/datasources/D/permissions", grant);
  await ask("PUT", "/workbooks/W/permissions", grant);
  await ask("PUT", "/projects/P/permissions", grant);
  await ask("GET", "/dataQualityWarnings/datasource/D");
  await ask("POST", "/dataQualityWarnings/datasource/D", '<dataQualityWarning type="STALE" message="late"/>');
  await ask("POST", "/fileUploads");
  ids.set("J", idIn(await ask("POST", "/datasources/D/refresh", "<extractRefresh/>"), "job"));
  await ask("GET", "/jobs/J");
  await ask("GET", "/jobs");
  await ask(
    "POST",
    "/tasks/extractRefreshes",
    `<extractRefresh><datasource id="${ids.get("D")}"/></extractRefresh><schedule frequency="Weekly">`
      + '<frequencyDetails start="06:00:00"><intervals><interval weekDay="Monday"/></intervals></frequencyDetails></schedule>',
  );
  await ask("GET", "/tasks/extractRefreshes");
  await ask(
    "POST",
    "/webhooks",
    '<webhook name="hub" event="DatasourceCreated"><webhook-destination><webhook-destination-http method="POST" url="http://127.0.0.1:9/"/></webhook-destination></webhook>',
  );
  await ask("GET", "/webhooks");
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

inSchema("held against Tableau's schema of its REST API, the answers fit", () => {
  test("but for those that do not of the real service either", async () => {
    const refusals = [...answers].filter(([, text]) => text.includes("<error")).map(([name]) => name);
    expect(refusals).toEqual(["GET nothing"]);
    const misfits = await answerMisfits(answers, directory);
    const unexpected = [...misfits].filter(([name]) => !KNOWN_MISFITS.includes(name));
    expect(Object.fromEntries(unexpected)).toEqual({});
    expect([...misfits.keys()].sort()).toEqual(KNOWN_MISFITS.toSorted());
  });

  test("and one that is wrong does not", async () => {
    const wrong = (answers.get("GET /projects") ?? "").replace("<pagination", "<paging");
    expect((await answerMisfits(new Map([["wrong", wrong]]), directory)).size).toBe(1);
  });
});
