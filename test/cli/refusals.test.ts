import { spawnSync } from "node:child_process";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { main } from "../../src/cli/main.ts";
import { startSandboxProcess } from "../../src/cli/sandbox-process.ts";
import { testMachine } from "../support/e2e.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-refusals-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A command line on a machine without any company; exit code and first line of standard error. */
async function hub(...argv: readonly string[]): Promise<readonly [number, string]> {
  const machine = testMachine({});
  const code = await main([...argv, "--db", join(directory, "hub.sqlite")], machine);
  expect(machine.written.out).toBe("");
  return [code, machine.written.err];
}

describe("the command line refuses", () => {
  test("an as-of that is no instant, with HUB-0002 and a form that is one", async () => {
    expect(await hub("check", "--as-of", "last week")).toEqual([
      2,
      expect.stringMatching(/^HUB-0002 "last week" is not an instant\.\n.*2026-11-02T11:00:00Z/u),
    ]);
  });

  test("an environment file that is not there, with HUB-0003 and its path", async () => {
    const file = join(directory, "missing.env");
    const [code, said] = await hub("check", "--env-file", file);
    expect([code, said]).toEqual([2, expect.stringMatching(/^HUB-0003 /u)]);
    expect(said).toContain(`at ${file}`);
  });

  test("to leave a handoff alone that nobody knows, with HUB-4010", async () => {
    const [code, said] = await hub("handoffs", "waive", "nope", "--reason", "x", "--by", "Kim");
    expect([code, said]).toEqual([2, expect.stringMatching(/^HUB-4010 No handoff fit "nope"\./mu)]);
  });

  test("to serve a configuration without a schedule, with HUB-2041 and its place", async () => {
    const config = join(directory, "config");
    await cp("config", config, { recursive: true });
    const file = join(config, "hub.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace(/^schedule:\n(?: .*\n)*/mu, ""));
    const [code, said] = await hub("serve", "--config", config);
    expect([code, said]).toEqual([2, expect.stringMatching(/^HUB-2041 .*\n.*hub\.yaml schedule\n/u)]);
  });
});

describe("hub sandbox --faults", () => {
  const faults = async (text: string): Promise<readonly [number, string]> => {
    const file = join(directory, "faults.yaml");
    await writeFile(file, text);
    const machine = testMachine({});
    const code = await main(["sandbox", "--scale", "0.01", "--faults", file], machine);
    return [code, machine.written.err.replaceAll(directory, "")];
  };

  test("refuses a file that is not there, with HUB-0010", async () => {
    const machine = testMachine({});
    expect(await main(["sandbox", "--faults", join(directory, "none.yaml")], machine)).toBe(2);
    expect(machine.written.err).toMatch(/^HUB-0010 /u);
  });

  test("refuses what is no dial, with HUB-0011, its place and a word that is meant", async () => {
    const dial = "  - { system: asana, fault: throttle";
    expect(await faults(`dials:\n${dial}, retryafter: wrong }\n`)).toEqual([
      2,
      expect.stringMatching(/^HUB-0011 `retryafter` is not known.*\n.*faults\.yaml:2:39/u),
    ]);
    expect(await faults("dials:\n  - system: asana\n    fault: thunder\n")).toEqual([
      2,
      expect.stringMatching(/^HUB-0011 `dials\[0\]\.fault`.*\n.*faults\.yaml:3:12/u),
    ]);
    expect(await faults("seed: 1\ndials:\n  - { system: salesforce, fault: expire-sync }\n")).toEqual([
      2,
      expect.stringMatching(/^HUB-0011 salesforce has no fault expire-sync\.\n.*faults\.yaml:3:5/u),
    ]);
  });
});

test("a sandbox that cannot start is told with HUB-0004 and its own words", async () => {
  const envFile = join(directory, "sandbox.env");
  const options = { seed: 1, scale: 0.01, envFile, hyperd: null, environment: {} };
  await expect(startSandboxProcess({ ...options, asOf: "last week" })).rejects.toMatchObject({
    code: "HUB-0004",
    message: expect.stringContaining('HUB-0002 "last week"'),
  });
});

test("an older Node without one that came along ends with 69 and HUB-0069", async () => {
  await copyFile("bin/hub.js", join(directory, "hub.mjs"));
  // `process.versions` cannot be changed, so the whole global is replaced before the command loads.
  const old = "globalThis.process = Object.create(process, { versions: { value: { node: '18.0.0' } } });";
  await writeFile(join(directory, "old.mjs"), old);
  const flags = ["--import", join(directory, "old.mjs"), join(directory, "hub.mjs")];
  const { status, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  expect([status, stderr]).toEqual([
    69,
    expect.stringMatching(/^HUB-0069 .* needs Node 24 or newer and found 18\.0\.0/u),
  ]);
});
