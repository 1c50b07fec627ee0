import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { expect, test } from "@jest/globals";
import { openStar } from "../../src/kpis/index.ts";

test("a star that is closed while it is asked still answers", async () => {
  const star = await openStar({ zone: "UTC" });
  const asked = [1, 2, 3].map((n) => star.query(`SELECT sum(i * ${n}) AS sum FROM range(1000000) t(i)`));
  star.close();
  const answers = await Promise.all(asked);
  expect(answers.map(([row]) => row?.["sum"])).toEqual([499_999_500_000, 999_999_000_000, 1_499_998_500_000]);
});

test("a star that is closed while a question of several fails tells the failure", async () => {
  const star = await openStar({ zone: "UTC" });
  const asked = Promise.all([
    star.query("SELECT absent FROM fact_case"),
    star.query("SELECT count(*) FROM range(3000000) t(i) WHERE i % 7 = 1"),
  ]);
  await expect(asked).rejects.toMatchObject({ code: "HUB-4503" });
  star.close();
});

test("a star works on one thread only as long as it is told to, also when the work fails", async () => {
  const star = await openStar({ zone: "UTC", threads: 3 });
  const threads = async (): Promise<unknown> =>
    (await star.query("SELECT current_setting('threads') AS threads"))[0]?.["threads"];
  expect(await star.onOneThread(threads)).toBe(1);
  expect(await threads()).toBe(3);
  await expect(star.onOneThread(() => star.run("SELECT absent FROM fact_case"))).rejects.toMatchObject({
    code: "HUB-4503",
  });
  expect(await threads()).toBe(3);
  star.close();
});

test("a star in memory that outgrows its memory goes on on the disk, outside the user's folder, and leaves nothing there", async () => {
  const star = await openStar({ zone: "UTC", memoryLimit: "48MB" });
  const [setting] = await star.query("SELECT current_setting('temp_directory') AS folder");
  const folder = String(setting?.["folder"]);
  await star.run(
    "INSERT INTO fact_conformance BY NAME SELECT md5(i::TEXT) AS case_key, md5((i + 1)::TEXT) AS rule_key FROM range(1000000) t(i)",
  );
  expect(dirname(folder)).toBe(tmpdir());
  expect(await readdir(folder)).not.toEqual([]);
  expect(await star.query("SELECT count(DISTINCT case_key) AS n FROM fact_conformance")).toEqual([{ n: 1_000_000 }]);
  star.close();
  expect(existsSync(folder)).toBe(false);
});

test("a star takes no rows while it is asked, and takes them again when it has answered", async () => {
  const star = await openStar({ zone: "UTC" });
  const team = { team_key: "t", team: "Team" };
  const asked = star.query("SELECT count(*) AS n FROM range(3000000) t(i) WHERE i % 7 = 1");
  expect(() => star.append("dim_team", team)).toThrow(expect.objectContaining({ code: "HUB-1001" }));
  expect(() => star.flush()).toThrow(expect.objectContaining({ code: "HUB-1001" }));
  await asked;
  star.append("dim_team", team);
  star.flush();
  expect(await star.count("dim_team")).toBe(1);
  star.close();
});
