// One figure of `npm run bench`, in a process of its own: `bare` fetches and parses the pages that `pull` reads,
// `pull` reads, checks, hashes and stores them, `pull-map` maps and links them afterwards.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { openHub, readEnvironment } from "../src/cli/hub.ts";
import type { OpenHub } from "../src/cli/hub.ts";
import { realMachine } from "../src/cli/machine.ts";
import { DEFAULT_AS_OF } from "../src/cli/verbs/sandbox.ts";
import { linkStep, mapStep, pullStep } from "../src/sync/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "env-file": { type: "string", default: "" },
    out: { type: "string", default: "" },
    profile: { type: "string" },
  },
});
const [kind = "bare"] = positionals;
const CONNECTION = "salesforce-prod";
const STREAM = "Opportunity";

interface Spent {
  readonly cpu: number;
  readonly wall: number;
}

async function measured<T>(name: string, work: () => Promise<T>): Promise<Spent & { readonly value: T }> {
  const session = new Session();
  if (values.profile !== undefined) {
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.start");
  }
  const before = process.cpuUsage();
  const start = performance.now();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - start) / 1000;
  const { profile } = values;
  if (profile !== undefined) {
    session.post("Profiler.stop", (error, answer) => {
      if (error !== null) throw error;
      writeFileSync(join(profile, `${name}.cpuprofile`), JSON.stringify(answer.profile));
    });
  }
  return { cpu: (user + system) / 1e6, wall, value };
}

const answerSchema = z.looseObject({ nextRecordsUrl: z.string().optional() });
const grantSchema = z.looseObject({ access_token: z.string(), instance_url: z.string() });

/** Fetches and parses page after page, as little as can be done with them. */
async function bareLoop(hub: OpenHub): Promise<Spent & { readonly rows: number }> {
  const environment = await readEnvironment(machine, { envFile: values["env-file"] });
  const login = environment["SALESFORCE_PROD_LOGIN_URL"] ?? "";
  const grant = grantSchema.parse(
    await (
      await fetch(`${login}/services/oauth2/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: environment["SALESFORCE_PROD_CLIENT_ID"] ?? "",
          client_secret: environment["SALESFORCE_PROD_CLIENT_SECRET"] ?? "",
        }),
      })
    ).json(),
  );
  const system = ["Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "SystemModstamp"];
  const mapped = hub.configuration.mappings.selection(CONNECTION)[STREAM] ?? [];
  const soql = `SELECT ${[...new Set([...system, ...mapped])].join(",")} FROM ${STREAM} ORDER BY Id`;
  const headers = { authorization: `Bearer ${grant.access_token}` };
  const { value: rows, ...spent } = await measured("bare", async () => {
    let count = 0;
    let path: string | undefined = `/services/data/v64.0/queryAll?q=${encodeURIComponent(soql)}`;
    while (path !== undefined) {
      const text: string = await (await fetch(`${grant.instance_url}${path}`, { headers })).text();
      const page = JSON.parse(text) as z.infer<typeof answerSchema> & { readonly records: readonly unknown[] };
      count += page.records.length;
      path = page.nextRecordsUrl;
    }
    return count;
  });
  return { rows, ...spent };
}

const machine = { ...realMachine(), environment: {} };
const hub = await openHub(machine, {
  config: "config",
  db: join(values.out, `${kind}.sqlite`),
  envFile: values["env-file"],
  asOf: DEFAULT_AS_OF,
  json: false,
  quiet: true,
});
try {
  let answer: Record<string, number>;
  if (kind === "bare") answer = { ...(await bareLoop(hub)) };
  else {
    const { result } = await hub.run("bench", async (context) => {
      const choice = { connections: [CONNECTION], streams: [STREAM], mode: "incremental" as const };
      const pull = await measured("pull", () => pullStep(context, choice));
      const certificates = pull.value.connections.flatMap((each) => each.certificates);
      const rows = certificates.find(({ stream }) => stream === STREAM)?.inserted ?? 0;
      const figures: Record<string, number> = { rows, cpu: pull.cpu, wall: pull.wall };
      if (kind === "pull-map") {
        const map = await measured("map", () => mapStep(context));
        const link = await measured("link", () => linkStep(context));
        Object.assign(figures, { mapped: map.value.mapped, mapCpu: map.cpu, linkCpu: link.cpu });
      }
      return { answer: figures, complete: pull.value.complete, summary: null };
    });
    if (!result.complete) throw new Error("The reading was not complete.");
    answer = result.answer;
  }
  process.stdout.write(JSON.stringify({ ...answer, peak: process.resourceUsage().maxRSS / 1024 }));
} finally {
  await hub.close();
}
