import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";

let asana: AsanaServer;
beforeEach(async () => {
  asana = await startAsana(asanaSeed(), "demo");
});
afterEach(() => asana.close());

const names = async (path: string): Promise<unknown[]> =>
  (await asana.call("GET", path)).rows.map((row) => row["name"]);

describe("Asana's own faults", () => {
  test("refuses a token once, an offset and a sync token", async () => {
    await asana.dial({ fault: "expire-token" });
    expect((await asana.call("GET", "/users/me")).status).toBe(401);
    const page = await asana.call("GET", `/tasks?project=${ASANA.onboarding}&limit=2`);
    const { offset } = page.body["next_page"] as { offset: string };
    await asana.dial({ fault: "expire-cursor" });
    const next = await asana.call("GET", `/tasks?project=${ASANA.onboarding}&limit=2&offset=${offset}`);
    expect(next).toMatchObject({ status: 400, body: { errors: [{ message: /expired/u }] } });
    const { sync } = (await asana.call("GET", `/events?resource=${ASANA.onboarding}`)).body;
    await asana.dial({ fault: "expire-sync" });
    const stale = await asana.call("GET", `/events?resource=${ASANA.onboarding}&sync=${String(sync)}`);
    expect(stale).toMatchObject({ status: 412, body: { sync: expect.any(String) } });
    const fresh = `/events?resource=${ASANA.onboarding}&sync=${String(stale.body["sync"])}`;
    expect((await asana.call("GET", fresh)).status).toBe(200);
  });

  test("tells events of a write late, with its stamp, while the task shows it at once", async () => {
    const { sync } = (await asana.call("GET", `/events?resource=${ASANA.onboarding}`)).body;
    const at = new Date(asana.clock.now()).toISOString();
    await asana.dial({ fault: "late-commit", ms: 60_000, route: "PUT /tasks" });
    await asana.call("PUT", `/tasks/${asanaTaskGid(0)}`, { name: "Renamed" });
    expect((await asana.call("GET", `/tasks/${asanaTaskGid(0)}`)).data["name"]).toBe("Renamed");
    const early = await asana.call("GET", `/events?resource=${ASANA.onboarding}&sync=${String(sync)}`);
    expect(early.rows).toEqual([]);
    asana.clock.advance(60_000);
    const late = await asana.call("GET", `/events?resource=${ASANA.onboarding}&sync=${String(early.body["sync"])}`);
    expect(late.rows).toContainEqual(expect.objectContaining({ created_at: at, action: "changed" }));
  });

  test("lists tasks in another order, and fails single actions of a batch", async () => {
    const list = `/tasks?project=${ASANA.onboarding}&limit=100`;
    const ordered = await names(list);
    await asana.dial({ fault: "reorder" });
    const shuffled = await names(list);
    expect(shuffled).not.toEqual(ordered);
    expect(new Set(shuffled)).toEqual(new Set(ordered));
    await asana.dial({ fault: "error-in-200", after: 1 });
    const actions = [0, 1, 2].map(() => ({ method: "get", relative_path: "/users/me" }));
    const batch = await asana.call("POST", "/batch", { actions });
    expect([batch.status, ...batch.rows.map((row) => row["status_code"])]).toEqual([200, 200, 500, 200]);
  });

  test("gives following writes one stamp", async () => {
    await asana.dial({ fault: "tie", ms: 60_000, times: 2 });
    const stamps: unknown[] = [];
    for (const n of [0, 1, 2]) {
      const made = await asana.call("POST", "/tasks", { name: `T${n}`, projects: [ASANA.rollout] });
      stamps.push((await asana.call("GET", `/tasks/${String(made.data["gid"])}`)).data["created_at"]);
      asana.clock.advance(1000);
    }
    expect(stamps[1]).toBe(stamps[0]);
    expect(stamps[2]).not.toBe(stamps[0]);
  });

  test("changes a project's fields while a client is at work", async () => {
    const path = `/projects/${ASANA.rollout}/custom_field_settings`;
    const before = (await asana.call("GET", path)).rows.length;
    await asana.dial({ fault: "schema", change: "add", object: ASANA.rollout, field: "Tier", type: "enum", after: 1 });
    expect((await asana.call("GET", path)).rows).toHaveLength(before);
    const { rows } = await asana.call("GET", path);
    expect(rows).toHaveLength(before + 1);
    expect(rows.map((row) => row["custom_field"])).toContainEqual(
      expect.objectContaining({ name: "Tier", resource_subtype: "enum" }),
    );
  });
});

describe("Asana's organisation", () => {
  test("renames a section and an option, hides and shows a project", async () => {
    await asana.organise({ do: "rename-section", section: ASANA.configure, to: "Set up" });
    expect((await asana.call("GET", `/sections/${ASANA.configure}`)).data["name"]).toBe("Set up");
    await asana.organise({ do: "rename-label", option: ASANA.green, to: "Fine" });
    expect(
      JSON.stringify(
        (
          await asana.call(
            "GET",
            `/projects/${ASANA.onboarding}?opt_fields=custom_field_settings.custom_field.enum_options.name`,
          )
        ).data,
      ),
    ).toContain("Fine");
    await asana.organise({ do: "hide", project: ASANA.onboarding });
    expect((await asana.call("GET", `/projects/${ASANA.onboarding}`)).status).toBe(403);
    await asana.organise({ do: "show", project: ASANA.onboarding });
    expect((await asana.call("GET", `/projects/${ASANA.onboarding}`)).status).toBe(200);
    await expect(asana.organise({ do: "reuse-id", from: "1" })).rejects.toThrow("do");
  });

  test("lets a person go: in no list, and nobody's assignee", async () => {
    const told = (await asana.organise({ do: "deactivate-person", userGid: ASANA.ben })) as { unassigned: string[] };
    const users = (await asana.call("GET", `/users?workspace=${ASANA.workspace}`)).rows.map((row) => row["gid"]);
    expect(users).not.toContain(ASANA.ben);
    expect(told.unassigned.length).toBeGreaterThan(0);
    expect((await asana.call("GET", `/tasks/${told.unassigned[0] ?? ""}`)).data["assignee"]).toBeNull();
  });

  test("switches an option off that tasks keep, renames a field, and counts money in another currency", async () => {
    const settings = async (): Promise<unknown[]> =>
      (
        await asana.call(
          "GET",
          `/projects/${ASANA.onboarding}/custom_field_settings?opt_fields=custom_field.name,custom_field.currency_code,custom_field.enum_options.enabled`,
        )
      ).rows.map((row) => row["custom_field"]);
    await asana.organise({ do: "dirty-picklist", option: ASANA.green });
    const options = expect.arrayContaining([expect.objectContaining({ gid: ASANA.green, enabled: false })]);
    expect(await settings()).toContainEqual(expect.objectContaining({ enum_options: options }));
    await asana.organise({ do: "add-field", object: ASANA.onboarding, field: "Price", type: "number" });
    await asana.organise({ do: "second-currency", field: "Price", currency: "GBP" });
    expect(await settings()).toContainEqual(expect.objectContaining({ name: "Price", currency_code: "GBP" }));
    await asana.organise({ do: "rename-field", field: "Price", to: "Fee" });
    expect(await settings()).toContainEqual(expect.objectContaining({ name: "Fee", currency_code: "GBP" }));
  });

  test("puts another field in a field's place", async () => {
    const settings = async (): Promise<unknown[]> =>
      (await asana.call("GET", `/projects/${ASANA.onboarding}/custom_field_settings`)).rows.map(
        (row) => row["custom_field"],
      );
    const before = (await settings()) as { gid: string; name: string }[];
    await asana.organise({ do: "retype-field", object: ASANA.onboarding, field: "Health", type: "text" });
    const health = ((await settings()) as { gid: string; name: string; resource_subtype: string }[]).find(
      ({ name }) => name === "Health",
    );
    expect(health?.resource_subtype).toBe("text");
    expect(before.map(({ gid }) => gid)).not.toContain(health?.gid);
  });
});
