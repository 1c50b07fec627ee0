import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { writePackage } from "../../../src/sandbox/tableau/content/package.ts";
import { jobOf, publishFile } from "./publishing-client.ts";
import { errorCode, idIn, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

let server: TableauServer;
let session: Session;
let pushed: string;
let live: string;
beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  session = await signIn(server);
  pushed = await publishFile(session, "kpi.hyper", Buffer.from("Hyper\r\n"), "Pushed");
  const document = Buffer.from("<datasource><connection class='postgres'/><extract enabled='true'/></datasource>");
  live = await publishFile(
    session,
    "kpi.tdsx",
    Buffer.from(await writePackage([{ name: "kpi.tds", bytes: document }])),
    "Live",
  );
});
afterEach(async () => {
  await server.stop();
});

const send = async (method: string, path: string, inner = ""): Promise<{ status: number; text: string }> => {
  const response = await session.call(method, path, { body: `<tsRequest>${inner}</tsRequest>` });
  return { status: response.status, text: await response.text() };
};

describe("a refresh", () => {
  test.each(["", "<extractRefresh/>", '<extractRefresh incremental="true"/>'])("is a job: %s", async (body) => {
    const { status, text } = await send("POST", `/datasources/${live}/refresh`, body);
    expect(status).toBe(202);
    const job = await jobOf(session, idIn(text, "job"));
    expect(job.finishCode).toBe("0");
    expect(job.text).toContain(`<extractRefreshJob><notes/><datasource id="${live}" name="Live"/></extractRefreshJob>`);
  });

  test("is refused with 409093 while one is queued", async () => {
    await server.control("/settings", { pollsUntilDone: 2 });
    const first = await send("POST", `/datasources/${live}/refresh`);
    expect(errorCode((await send("POST", `/datasources/${live}/refresh`)).text)).toBe("409093");
    expect((await send("POST", `/datasources/${pushed}/refresh`)).status).toBe(202);
    for (let poll = 0; poll < 2; poll += 1) await jobOf(session, idIn(first.text, "job"));
    expect((await send("POST", `/datasources/${live}/refresh`)).status).toBe(202);
  });

  test("is one of so many in an hour", async () => {
    await server.control("/limits", { refreshesPerHour: 1 });
    await send("POST", `/datasources/${live}/refresh`);
    const limited = await session.call("POST", `/datasources/${live}/refresh`, { body: "<tsRequest/>" });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "3600"]);
    server.clock.advance(3_600_000);
    expect((await send("POST", `/datasources/${live}/refresh`)).status).toBe(202);
  });

  test("fails for an extract that was pushed: there is nowhere to refresh it from", async () => {
    const { text } = await send("POST", `/datasources/${pushed}/refresh`);
    expect((await jobOf(session, idIn(text, "job"))).finishCode).toBe("1");
  });
});

describe("a job", () => {
  test("is listed by status and can be cancelled while it is not done", async () => {
    await server.control("/settings", { pollsUntilDone: 2 });
    const id = idIn((await send("POST", `/datasources/${live}/refresh`)).text, "job");
    const list = async (status: string) => (await session.call("GET", `/jobs?filter=status:eq:${status}`)).text();
    expect(await list("Pending")).toContain(`<backgroundJob id="${id}" status="Pending" jobType="RefreshExtract"`);
    expect((await session.call("PUT", `/jobs/${id}`)).status).toBe(200);
    expect(await list("Cancelled")).toContain(id);
    expect((await jobOf(session, id)).finishCode).toBe("2");
    expect(errorCode(await (await session.call("PUT", `/jobs/${id}`)).text())).toBe("400000");
  });
});

const schedule = (attributes: string, details: string, intervals: readonly string[]) =>
  `<schedule ${attributes}><frequencyDetails ${details}><intervals>`
  + `${intervals.map((each) => `<interval ${each}/>`).join("")}</intervals></frequencyDetails></schedule>`;
const MORNINGS = schedule('frequency="Weekly"', 'start="06:00:00"', ['weekDay="Monday"', 'weekDay="Friday"']);

describe("a refresh task", () => {
  const create = (inner = MORNINGS) =>
    send(
      "POST",
      "/tasks/extractRefreshes",
      `<extractRefresh type="FullRefresh"><datasource id="${live}"/></extractRefresh>${inner}`,
    );

  test("is made, listed, changed, run and deleted", async () => {
    const { status, text } = await create();
    expect(status).toBe(201);
    expect(text).toMatch(/<\/extractRefresh><schedule frequency="Weekly"><frequencyDetails start="06:00:00">/u);
    const id = idIn(text, "extractRefresh");
    const later = schedule('frequency="Monthly"', 'start="07:05:00"', ['monthDay="LastDay"']);
    expect((await send("POST", `/tasks/extractRefreshes/${id}`, later)).text).toContain('frequency="Monthly"');
    const listed = await (await session.call("GET", "/tasks/extractRefreshes")).text();
    expect(listed).toContain(`<tasks><task><extractRefresh id="${id}"`);
    expect(listed).toContain('<interval monthDay="LastDay"/>');
    const run = await send("POST", `/tasks/extractRefreshes/${id}/runNow`);
    expect(run.text).toContain('type="RefreshExtract"');
    expect((await session.call("DELETE", `/tasks/extractRefreshes/${id}`)).status).toBe(204);
    expect((await session.call("GET", `/tasks/extractRefreshes/${id}`)).status).toBe(404);
  });

  test("goes with what it refreshes", async () => {
    await create();
    await session.call("DELETE", `/datasources/${live}`);
    expect(await (await session.call("GET", "/tasks/extractRefreshes")).text()).toContain("<tasks/>");
  });

  test.each([
    ["no frequency", schedule("", 'start="06:00:00"', ['weekDay="Monday"'])],
    ["a start off the 5-minute marks", schedule('frequency="Daily"', 'start="06:03:00"', ['weekDay="Monday"'])],
    ["no day of the week", schedule('frequency="Daily"', 'start="06:00:00"', [])],
    ["no day of the month", schedule('frequency="Monthly"', 'start="06:00:00"', ['weekDay="Monday"'])],
    [
      "an hourly one without an end",
      schedule('frequency="Hourly"', 'start="06:00:00"', ['hours="1"', 'weekDay="Monday"']),
    ],
    [
      "an end at another minute",
      schedule('frequency="Hourly"', 'start="06:00:00" end="18:30:00"', ['hours="1"', 'weekDay="Monday"']),
    ],
    [
      "hours nobody offers",
      schedule('frequency="Hourly"', 'start="06:00:00" end="18:00:00"', ['hours="5"', 'weekDay="Monday"']),
    ],
  ])("is refused with 409004 for %s", async (_what, inner) => {
    expect(errorCode((await create(inner)).text)).toBe("409004");
  });
});

describe("a schedule of the server", () => {
  const ask = async (method: string, path: string, body?: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${server.origin}/api/3.29${path}`, {
      method,
      headers: { "x-tableau-auth": session.token },
      ...(body === undefined ? {} : { body: `<tsRequest>${body}</tsRequest>` }),
    });
    return { status: response.status, text: await response.text() };
  };
  const named = (name: string) =>
    schedule(`name="${name}" type="Extract" frequency="Daily" executionOrder="Serial"`, 'start="06:00:00"', []);

  test("takes items to refresh, and takes their tasks along when it goes", async () => {
    const made = await ask("POST", "/schedules", named("Early"));
    expect([made.status, made.text.includes('state="Active"')]).toEqual([201, true]);
    const id = idIn(made.text, "schedule");
    expect(errorCode((await ask("POST", "/schedules", named("Early"))).text)).toBe("409021");
    expect((await ask("PUT", `/schedules/${id}`, '<schedule state="Suspended"/>')).text).toContain('state="Suspended"');
    const task = await send(
      "PUT",
      `/schedules/${id}/datasources`,
      `<task><extractRefresh><datasource id="${live}"/></extractRefresh></task>`,
    );
    expect(task.text).toContain(`<schedule id="${id}" name="Early"`);
    expect((await ask("DELETE", `/schedules/${id}`)).status).toBe(204);
    expect(await (await session.call("GET", "/tasks/extractRefreshes")).text()).toContain("<tasks/>");
    expect((await ask("GET", "/schedules")).text).toContain('totalAvailable="0"');
  });

  test("needs a login", async () => {
    session = { ...session, token: "none" };
    expect(errorCode((await ask("GET", "/schedules")).text)).toBe("401002");
  });
});
