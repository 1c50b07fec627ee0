import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openStar } from "../../src/kpis/index.ts";

test("a star that is closed while it is asked still answers", async () => {
  const star = await openStar({ zone: "UTC" });
  const asked = [1, 2, 3].map((n) => star.query(`SELECT sum(i * ${n}) AS sum FROM range(1000000) t(i)`));
  star.close();
  const answers = await Promise.all(asked);
  expect(answers.map(([row]) => row?.["sum"])).toEqual([499_999_500_000, 999_999_000_000, 1_499_998_500_000]);
});

describe("an answer that is read part by part", () => {
  const sql = "SELECT i FROM range(5000) t(i)";
  const team = { team_key: "t", team: "Team" };

  test("is whole, and until it is read the star takes no rows, is asked nothing else and is not closed", async () => {
    const star = await openStar({ zone: "UTC" });
    const misuse = expect.objectContaining({ code: "HUB-1001" });
    let sum = 0;
    let parts = 0;
    for await (const rows of star.stream(sql)) {
      parts += 1;
      for (const [value] of rows) sum += Number(value);
      expect(() => star.append("dim_team", team)).toThrow(misuse);
      expect(() => star.flush()).toThrow(misuse);
      await expect(star.query("SELECT 1")).rejects.toEqual(misuse);
      star.close();
    }
    expect(parts).toBeGreaterThan(1);
    expect(sum).toBe((4999 * 5000) / 2);
    await expect(star.query("SELECT 1")).rejects.toMatchObject({ code: "HUB-4503" });
  });

  test("leaves the star as it was when it is not read to its end, or fails", async () => {
    const star = await openStar({ zone: "UTC" });
    for await (const rows of star.stream(sql)) if (rows.length > 0) break;
    const failing = async (): Promise<void> => {
      for await (const rows of star.stream("SELECT absent FROM fact_case")) expect(rows).toEqual([]);
    };
    await expect(failing()).rejects.toMatchObject({ code: "HUB-4503" });
    star.append("dim_team", team);
    star.flush();
    expect(await star.count("dim_team")).toBe(1);
    star.close();
  });
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
