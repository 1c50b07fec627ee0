import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { publishFile } from "./publishing-client.ts";
import { errorCode, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

let server: TableauServer;
let session: Session;
let path: string;
let serial = 0;
beforeAll(async () => {
  server = await startTableau({ hyperd: "" });
  session = await signIn(server);
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  serial += 1;
  const id = await publishFile(session, "kpi.hyper", Buffer.from("Hyper\r\n"), `KPI ${serial}`);
  path = `/dataQualityWarnings/datasource/${id}`;
});

const send = async (method: string, attributes: string): Promise<string> => {
  const body = `<tsRequest><dataQualityWarning ${attributes}/></tsRequest>`;
  return (await session.call(method, path, { body })).text();
};
const STALE = 'type="STALE" isActive="true" isSevere="false" message="Salesforce was not read &amp; may be late"';

describe("a data-quality warning", () => {
  test("is raised, shown, changed in part and lifted", async () => {
    expect(await (await session.call("GET", path)).text()).toContain("<dataQualityWarningList/>");
    expect(await send("POST", STALE)).toMatch(
      /<dataQualityWarningList><dataQualityWarning id="[^"]+" userDisplayName="hub@techflow.example"/u,
    );
    server.clock.advance(60_000);
    expect(await send("PUT", 'isActive="false"')).toContain("may be late");
    expect(await (await session.call("GET", path, { json: true })).json()).toMatchObject({
      dataQualityWarningList: {
        dataQualityWarning: [
          { type: "STALE", isActive: false, isSevere: false, message: "Salesforce was not read & may be late" },
        ],
      },
    });
    expect((await session.call("DELETE", path)).status).toBe(204);
    expect(await (await session.call("GET", path, { json: true })).json()).toEqual({ dataQualityWarningList: {} });
  });

  test("is one per item: a second is refused, and so are changes of none", async () => {
    await send("POST", STALE);
    expect(errorCode(await send("POST", STALE))).toBe("409004");
    await session.call("DELETE", path);
    expect(errorCode(await send("PUT", STALE))).toBe("404000");
    expect((await session.call("DELETE", path)).status).toBe(404);
  });

  test("can be changed and lifted by its id where another one stands beside it", async () => {
    await server.control("/settings", { warningsPerItem: 2 });
    await send("POST", STALE);
    const both = await send("POST", 'type="DEPRECATED" message="Use the other one"');
    await server.control("/settings", { warningsPerItem: 1 });
    const [stale = "", deprecated = ""] = [...both.matchAll(/<dataQualityWarning id="([^"]+)"/gu)].map(([, id]) => id);
    const one = path;
    path = `/dataQualityWarnings/${deprecated}`;
    expect(await send("PUT", 'isSevere="true"')).toMatch(/type="DEPRECATED"[^>]*isSevere="true"/u);
    expect((await session.call("DELETE", path)).status).toBe(204);
    expect(errorCode(await (await session.call("GET", path)).text())).toBe("404000");
    const left = await (await session.call("GET", one)).text();
    expect(left).toContain(stale);
    expect(left).not.toContain("DEPRECATED");
  });

  test("is refused for a type nobody knows and for what does not exist", async () => {
    expect(errorCode(await send("POST", 'type="BROKEN"'))).toBe("400000");
    path = path.replace("datasource", "workbook");
    expect(errorCode(await send("POST", STALE))).toBe("404000");
  });

  test("needs the catalog", async () => {
    await server.control("/settings", { catalog: false });
    expect(errorCode(await send("POST", STALE))).toBe("403157");
    await server.control("/settings", { catalog: true });
  });
});
