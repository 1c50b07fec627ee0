import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { main } from "../../src/cli/main.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { AS_OF, testMachine } from "../support/e2e.ts";

const directory = mkdtempSync(join(tmpdir(), "hub-tls-"));
const certFile = join(directory, "cert.pem");
const keyFile = join(directory, "key.pem");
const able = certificate();
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Makes a certificate of this machine's loopback; false where there is no openssl. */
function certificate(): boolean {
  const words =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=sandbox -addext subjectAltName=IP:127.0.0.1";
  try {
    execFileSync("openssl", [...words.split(" "), "-keyout", keyFile, "-out", certFile], { stdio: "pipe" });
    return true;
  } catch {
    console.log("Skipped: there is no openssl to make a certificate with.");
    return false;
  }
}

/** Asks over HTTPS, trusting the certificate and nothing else. */
function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: readFileSync(certFile), headers, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    asked.on("error", reject).end();
  });
}

describe("hub sandbox --tls", () => {
  test("serves HTTPS on all ports, and says so in every address", async () => {
    if (!able) return;
    const tls = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
    const sandbox = await startSandbox({
      seed: 7,
      scale: 0.01,
      asOf: AS_OF,
      port: 0,
      limits: "demo",
      wallNow: () => AS_OF,
      tls,
    });
    try {
      const { control, systems } = sandbox.description;
      const description = JSON.parse((await ask(`${control}/`)).body) as { readonly control: string };
      expect(description.control).toBe(control);
      expect(control).toMatch(/^https:\/\/127\.0\.0\.1:/u);
      const { baseUrl = "", token = "" } = systems["asana"] ?? {};
      const me = await ask(`${baseUrl}/users/me`, { authorization: `Bearer ${token}` });
      expect(me).toMatchObject({ status: 200, body: expect.stringContaining('"resource_type":"user"') });
      const { baseUrl: instance = "" } = systems["salesforce"] ?? {};
      expect((await ask(`${instance}/services/data`)).status).toBe(200);
      const addresses = Object.values(sandbox.environment).filter((text) => text.includes("127.0.0.1"));
      expect(addresses.length).toBeGreaterThan(3);
      for (const address of addresses) expect(address).toMatch(/^https:/u);
    } finally {
      await sandbox.close();
    }
  });

  test.each([[["no.pem", "no.pem"]], [["cert-only"]], [["not-a-certificate", "not-a-certificate"]]])(
    "refuses %j with HUB-0010",
    async (names) => {
      writeFileSync(join(directory, "not-a-certificate"), "nothing");
      if (able) writeFileSync(join(directory, "cert-only"), readFileSync(certFile));
      const machine = testMachine({});
      const files = names.map((name) => join(directory, name));
      expect(await main(["sandbox", "--scale", "0.01", "--tls", ...files], machine)).toBe(2);
      expect(machine.written.err).toContain("HUB-0010");
    },
  );
});
