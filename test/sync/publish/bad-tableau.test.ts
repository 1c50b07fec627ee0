import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { seededRandom } from "../../../src/kpis/statistics/random.ts";
import { HubError } from "../../../src/model/index.ts";
import type { OwnDial } from "../../support/dialled-system.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { faceOf, metrics, startPublishWorld } from "./world.ts";
import type { PublishWorld } from "./world.ts";

jest.setTimeout(120_000);

const binary = await engineForTests();
const withEngine = binary === undefined ? describe.skip : describe;

let world: PublishWorld;
beforeAll(async () => {
  // Small enough for every publish to go in chunks and by a job.
  if (binary !== undefined)
    world = await startPublishWorld(binary, { singleRequestMegabytes: 0.01, chunkMegabytes: 0.1 });
  // The server says so on the console when it breaks a connection off.
  jest.spyOn(console, "error").mockImplementation(() => undefined);
});
beforeEach(async () => {
  await world.server.undial();
  await world.begin();
});
afterAll(() => world.close());

const ROUTES = [
  "GET /serverinfo",
  "POST /auth/signin",
  "GET /projects",
  "GET /datasources",
  "POST /fileUploads",
  "PUT /fileUploads",
  "PATCH /datasources",
  "POST /datasources",
  "GET /jobs",
  "/content",
] as const;
const FAULTS: readonly OwnDial[] = [
  { fault: "error", status: 500 },
  { fault: "error", status: 504 },
  { fault: "error", status: 403 },
  { fault: "error", status: 401 },
  { fault: "html", status: 502 },
  { fault: "html", status: 200 },
  { fault: "cut" },
  { fault: "malformed" },
  { fault: "empty" },
  { fault: "reset" },
  { fault: "lost-answer" },
  { fault: "lost-answer", status: 504 },
  { fault: "throttle", seconds: 7 },
  { fault: "throttle", retryAfter: "missing" },
  { fault: "expire-token" },
];

const OLD = metrics(0, 300);
const FEW = metrics(2, 303);
const MOST = metrics(200, 500);

/** What a publish over a new connection came to; anything but an error of the hub's own is thrown. */
async function tryToPublish(values: ReadonlyMap<string, number>): Promise<HubError | null> {
  const connection = await world.connect();
  try {
    await world.send(await world.extract(values), { face: faceOf(connection) });
    return null;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  } finally {
    await connection.connection.close();
  }
}

withEngine("a Tableau that goes wrong anywhere", () => {
  test.each([1, 2, 3])(
    "keeps the old extract or takes the new one, and the next run heals it (seed %i)",
    async (seed) => {
      const random = seededRandom(seed);
      const pick = <Each>(from: readonly Each[]): Each => from[Math.floor(random() * from.length)] ?? (from[0] as Each);
      for (let round = 0; round < 4; round += 1) {
        await world.begin();
        await world.publish(OLD);
        const [route, fault, once, values] = [pick(ROUTES), pick(FAULTS), random() < 0.5, pick([FEW, MOST])];
        await world.server.dial({ ...fault, route, times: once ? 1 : null, after: pick([0, 0, 1]) });
        const error = await tryToPublish(values);
        await world.server.undial();
        const what = `${JSON.stringify(fault)} at ${route}${once ? "" : " for good"}: ${error?.code ?? "published"}`;
        const there = await world.there();
        const expected = error === null ? values : there.has("metric 00000") ? OLD : values;
        expect([what, there]).toEqual([what, expected]);
        if (error !== null) {
          expect([what, error.code, error.remedy]).toEqual([
            what,
            expect.stringMatching(/^HUB-(?:5030|51\d\d|12\d\d)$/u),
            expect.any(String),
          ]);
        }
        expect([what, await tryToPublish(FEW)]).toEqual([what, null]);
        expect([what, await world.there()]).toEqual([what, FEW]);
      }
    },
  );
});

withEngine("a Tableau that", () => {
  test.each([[true], [false]])(
    "accepts and then fails the jobs (saying why: %s) keeps the old extract",
    async (jobNotes) => {
      await world.publish(OLD);
      await world.server.control("/settings", { failJobs: 2, jobNotes });
      await expect(world.publish(FEW)).rejects.toMatchObject({
        code: "HUB-5109",
        message: expect.stringContaining(jobNotes ? "it was told to" : "without saying why"),
      });
      expect(await world.there()).toEqual(OLD);
      expect(await world.publish(FEW)).toMatchObject({ how: "overwritten" });
      expect(await world.there()).toEqual(FEW);
    },
  );

  test("lets its user publish and not fetch back is believed, and that is said", async () => {
    await world.server.dial({ fault: "error", status: 403, route: "/content", times: null });
    expect(await world.publish(OLD)).toMatchObject({ how: "created", checked: "job" });
    expect(await world.publish(FEW)).toMatchObject({ how: "delta", checked: "job" });
    await world.server.undial();
    expect(await world.there()).toEqual(FEW);
    // The first that can be looked at is.
    expect(await world.publish(OLD)).toMatchObject({ how: "delta", checked: "content" });
  });

  test("fails the job of changed rows alone gets the whole", async () => {
    await world.publish(OLD);
    await world.server.control("/settings", { failJobs: 1 });
    const sent = await world.publish(FEW);
    expect(sent).toMatchObject({ how: "overwritten", checked: "content" });
    expect(sent.why).toContain("failed (without saying why)");
    expect(await world.there()).toEqual(FEW);
  });

  test("never finishes a job is given up, and what it does later is written over", async () => {
    await world.publish(OLD);
    await world.server.control("/settings", { pollsUntilDone: 10_000 });
    await expect(world.publish(FEW)).rejects.toMatchObject({ code: "HUB-5110" });
    await world.server.control("/settings", { pollsUntilDone: 0 });
    await world.server.control("/jobs/finish", {});
    expect(await world.there()).toEqual(FEW);
    expect(await world.publish(OLD)).toMatchObject({ how: "overwritten" });
    expect(await world.there()).toEqual(OLD);
  });

  test("answers a change of rows with nothing but silence carries it out once", async () => {
    await world.publish(OLD);
    await world.server.dial({ fault: "lost-answer", route: "PATCH /datasources", hang: true });
    const impatient = await world.connect((ms, ring) => {
      const timer = setTimeout(ring, ms / 200);
      return () => clearTimeout(timer);
    });
    const sent = await world.send(await world.extract(FEW), { face: faceOf(impatient) });
    expect(sent).toMatchObject({ how: "delta", checked: "content" });
    expect(await world.there()).toEqual(FEW);
    const asked = await world.operations();
    expect(asked["data.update"]).toBe(2);
    expect(asked["jobs.get"]).toBe(1 + 1);
  });

  test("loses the session with every call is told so, and keeps the old extract", async () => {
    await world.publish(OLD);
    await world.server.dial({ fault: "expire-token", times: null });
    await expect(world.publish(FEW)).rejects.toMatchObject({ code: "HUB-5102" });
    await world.server.undial();
    expect(await world.there()).toEqual(OLD);
  });

  test.each([
    ["GET /datasources", FEW, "delta"],
    ["POST /fileUploads", FEW, "delta"],
    ["PUT /fileUploads", MOST, "overwritten"],
    ["POST /datasources", MOST, "overwritten"],
    ["PATCH /datasources", FEW, "delta"],
    ["GET /jobs", MOST, "overwritten"],
    ["/content", MOST, "overwritten"],
  ] as const)(
    "has its token signed in with elsewhere at %s is signed in to once more, and gets it all",
    async (route, values, how) => {
      await world.publish(OLD);
      await world.forgetCalls();
      await world.server.dial({ fault: "expire-token", route, times: 1 });
      expect(await world.publish(values)).toMatchObject({ how, checked: "content" });
      expect(await world.operations()).toMatchObject({ "auth.signIn": 1 });
      expect(await world.there()).toEqual(values);
    },
  );

  test("sends signing in to another pod is followed there", async () => {
    await world.publish(OLD);
    await world.server.control("/sign-in-redirect", { origin: world.server.origin.replace("127.0.0.1", "localhost") });
    expect(await tryToPublish(FEW)).toBeNull();
    expect(await world.there()).toEqual(FEW);
  });
});
