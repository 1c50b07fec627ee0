import { describe, expect, test } from "@jest/globals";
import { asana } from "../../../src/connectors/asana/index.ts";
import type { Entity, JsonObject, NormalisedEntity } from "../../../src/model/index.ts";

const PROJECT = { gid: "10", name: "Delivery" };
const at = (time: string): string => `2026-03-02T${time}.000Z`;

function normalise(
  content: JsonObject,
  stories: readonly JsonObject[] = [],
  settings: Record<string, unknown> = {},
  references: Record<string, ReadonlyMap<string, JsonObject>> = {},
): NormalisedEntity {
  const entity: Entity = {
    system: "asana",
    tenant: "1",
    stream: "tasks",
    id: "100",
    content: { gid: "100", created_at: at("09:00:00"), modified_at: at("09:00:00"), ...content },
    members: stories.map((story, n) => ({ stream: "stories", id: String(900 + n), content: story })),
    tombstone: null,
    firstSeenAt: 0,
  };
  return asana.normaliser({ system: "asana", tenant: "1", settings: asana.settings.parse(settings), references })(
    entity,
  );
}

function moved(
  time: string,
  from: string,
  to: string,
  by: string | null,
  source = "web",
  project = PROJECT,
): JsonObject {
  return {
    resource_subtype: "section_changed",
    created_at: at(time),
    created_by: by === null ? null : { gid: by },
    source,
    project,
    old_section: { gid: `s-${from}`, name: from },
    new_section: { gid: `s-${to}`, name: to },
    text: "Ada hat diese Aufgabe verschoben",
  };
}

const inSection = (name: string): JsonObject => ({
  memberships: [{ project: PROJECT, section: { gid: `s-${name}`, name } }],
});

describe("normalising Asana tasks", () => {
  test("offers fields by the names people see, choices, persons and records as such", () => {
    const { fields, url } = normalise({
      ...inSection("Doing"),
      name: "Ship it",
      assignee: { gid: "7" },
      completed: false,
      due_on: "2026-03-09",
      permalink_url: "https://app.asana.com/0/0/100",
      custom_fields: [
        { name: "Severity", resource_subtype: "enum", enum_value: { gid: "o1", name: "SEV1" } },
        { name: "Deal amount", resource_subtype: "number", number_value: 12.5 },
        { name: "Kick-off", resource_subtype: "date", date_value: { date: "2026-03-04", date_time: null } },
        { name: "Reviewers", resource_subtype: "people", people_value: [{ gid: "7" }, { gid: "8" }] },
        { name: "section", resource_subtype: "text", text_value: "mine" },
        { name: "Areas", resource_subtype: "multi_enum", multi_enum_values: [{ gid: "o2", name: "UI" }] },
        { name: "Empty", resource_subtype: "enum", enum_value: null },
      ],
    });
    expect(url).toBe("https://app.asana.com/0/0/100");
    expect(fields).toMatchObject({
      name: "Ship it",
      section: { option: "s-Doing", name: "Doing" },
      "section in Delivery": { option: "s-Doing", name: "Doing" },
      project: { stream: "projects", id: "10" },
      "project.name": "Delivery",
      assignee: { person: "7" },
      due_on: "2026-03-09",
      Severity: { option: "o1", name: "SEV1" },
      "Deal amount": 12.5,
      "Kick-off": "2026-03-04",
      Reviewers: [{ person: "7" }, { person: "8" }],
      "custom section": "mine",
      Areas: [{ option: "o2", name: "UI" }],
      Empty: null,
    });
  });

  test("looks the project's own fields up in the stored project", () => {
    const projects = new Map([
      ["10", { gid: "10", custom_fields: [{ name: "Template", resource_subtype: "text", text_value: "v4" }] }],
    ]);
    expect(normalise(inSection("Doing"), [], {}, { projects }).fields["project.Template"]).toBe("v4");
  });

  test("tells moves by the kind of story, in time order, whatever order they arrive in", () => {
    const entity = normalise(inSection("Done"), [
      moved("11:00:00", "Doing", "Done", "7"),
      moved("10:00:00", "Backlog", "Doing", null),
    ]);
    const sections = entity.transitions.filter(({ field }) => field === "section");
    expect(sections.map(({ from, to, by }) => [from, to, by])).toEqual([
      [
        { option: "s-Backlog", name: "Backlog" },
        { option: "s-Doing", name: "Doing" },
        { person: null, kind: "automation" },
      ],
      [
        { option: "s-Doing", name: "Doing" },
        { option: "s-Done", name: "Done" },
        { person: "7", kind: "human" },
      ],
    ]);
    expect(entity.gaps).toEqual([]);
  });

  test("keeps moves in another project apart from the task's own section", () => {
    const other = { gid: "11", name: "Bugs" };
    const entity = normalise(inSection("Backlog"), [moved("10:00:00", "New", "Triaged", "7", "web", other)]);
    expect(entity.transitions.map(({ field }) => field)).toEqual(["section in Bugs"]);
  });

  test("says which programs acted: by source, and by registered account", () => {
    const users = new Map([["9", { gid: "9", name: "Bot", email: "bot@example.com" }]]);
    const entity = normalise(
      inSection("Done"),
      [
        moved("10:00:00", "Backlog", "Doing", "7", "api"),
        moved("11:00:00", "Doing", "Review", "9", "web"),
        moved("12:00:00", "Review", "Done", "7", "unknown"),
      ],
      { serviceAccounts: ["Bot@example.com"] },
      { users },
    );
    expect(entity.transitions.filter(({ field }) => field === "section").map(({ by }) => by)).toEqual([
      { person: "7", kind: "api" },
      { person: "9", kind: "api", client: "Bot" },
      { person: "7", kind: "unknown" },
    ]);
  });

  test("follows completion, assignment, due dates, names and custom fields", () => {
    const by = { created_by: { gid: "7" }, source: "web" };
    const entity = normalise({ name: "B", completed: false, assignee: null, due_on: "2026-03-10" }, [
      { ...by, created_at: at("10:00:00"), resource_subtype: "assigned", assignee: { gid: "8" } },
      { ...by, created_at: at("10:01:00"), resource_subtype: "unassigned", assignee: { gid: "8" } },
      { ...by, created_at: at("10:02:00"), resource_subtype: "marked_complete" },
      { ...by, created_at: at("10:03:00"), resource_subtype: "marked_incomplete" },
      {
        ...by,
        created_at: at("10:04:00"),
        resource_subtype: "due_date_changed",
        old_dates: { due_on: null },
        new_dates: { due_on: "2026-03-10" },
      },
      { ...by, created_at: at("10:05:00"), resource_subtype: "name_changed", old_name: "A", new_name: "B" },
      {
        ...by,
        created_at: at("10:06:00"),
        resource_subtype: "number_custom_field_changed",
        custom_field: { gid: "f", name: "Deal amount" },
        old_number_value: null,
        new_number_value: 4.5,
      },
      { ...by, created_at: at("10:07:00"), resource_subtype: "comment_added" },
    ]);
    expect(entity.transitions.map(({ field, from, to }) => [field, from, to])).toEqual([
      ["assignee", null, { person: "8" }],
      ["assignee", { person: "8" }, null],
      ["completed", false, true],
      ["completed", true, false],
      ["due_on", null, "2026-03-10"],
      ["name", "A", "B"],
      ["Deal amount", null, 4.5],
    ]);
    expect(entity.transitions.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(entity.gaps).toEqual([]);
  });

  test("names the fields whose history does not reach the current value", () => {
    const entity = normalise(inSection("Elsewhere"), [moved("10:00:00", "Backlog", "Doing", "7")]);
    expect(entity.gaps).toContain("section");
    const renamed = normalise(
      { memberships: [{ project: PROJECT, section: { gid: "s-Doing", name: "In progress" } }] },
      [moved("10:00:00", "Backlog", "Doing", "7")],
    );
    expect(renamed.gaps).toEqual([]);
  });

  test("lets a task that joined its project later begin there when it joined", () => {
    const joined = {
      resource_subtype: "added_to_project",
      created_at: at("15:00:00"),
      created_by: { gid: "7" },
      source: "web",
      project: PROJECT,
    };
    const entity = normalise(inSection("Backlog"), [joined]);
    expect(entity.transitions).toMatchObject([
      { field: "section", from: null, to: { name: "Backlog" }, at: Date.parse(at("15:00:00")) },
    ]);
    const atOnce = normalise(inSection("Backlog"), [{ ...joined, created_at: at("09:00:00") }]);
    expect(atOnce.transitions).toEqual([]);
  });

  test("takes who created the task from its first story and admits not knowing otherwise", () => {
    const first = {
      resource_subtype: "added_to_project",
      created_at: at("09:00:00"),
      created_by: { gid: "7" },
      source: "api",
      project: PROJECT,
    };
    expect(normalise({ created_by: { gid: "7" } }, [first]).created?.by).toEqual({ person: "7", kind: "api" });
    expect(normalise({ created_by: { gid: "7" } }).created?.by).toEqual({ person: "7", kind: "unknown" });
    expect(normalise({ created_by: null }).created?.by).toEqual({ person: null, kind: "automation" });
  });

  test("refuses a record whose creation is no time", () => {
    expect(() => normalise({ created_at: "yesterday" })).toThrow(
      expect.objectContaining({ code: "HUB-1414", disposition: "skip-record" }),
    );
  });
});

describe("custom fields of every type", () => {
  const field = (name: string, resource_subtype: string, value: JsonObject): JsonObject => ({
    gid: `f-${name}`,
    name,
    resource_subtype,
    enabled: true,
    ...value,
  });

  test("are typed by what they hold, and unknown when they hold nothing", () => {
    const { fields } = normalise({
      custom_fields: [
        field("Text", "text", { text_value: "x" }),
        field("Number", "number", { number_value: 1.5 }),
        field("Choice", "enum", { enum_value: { gid: "o1", name: "One" } }),
        field("Choices", "multi_enum", { multi_enum_values: [{ gid: "o1", name: "One" }] }),
        field("Day", "date", { date_value: { date: "2026-03-02", date_time: null } }),
        field("Moment", "date", { date_value: { date: "2026-03-02", date_time: "2026-03-02T10:00:00.000Z" } }),
        field("People", "people", { people_value: [{ gid: "7" }] }),
        field("Linked", "reference", {
          reference_value: [
            { gid: "5", name: "Task", resource_type: "task" },
            { gid: "6", name: "Goal", resource_type: "goal" },
          ],
        }),
        field("Sum", "number", { representation_type: "formula", number_value: 3, display_value: "€ 3" }),
        field("Words", "text", { representation_type: "formula", text_value: null, display_value: "three" }),
        field("Id", "text", { representation_type: "custom_id", text_value: null, display_value: "AC-12" }),
        field("Nothing", "enum", { enum_value: null }),
      ],
    });
    expect(fields).toMatchObject({
      Text: "x",
      Number: 1.5,
      Choice: { option: "o1", name: "One" },
      Choices: [{ option: "o1", name: "One" }],
      Day: "2026-03-02",
      Moment: "2026-03-02T10:00:00.000Z",
      People: [{ person: "7" }],
      Linked: [{ stream: "tasks", id: "5" }, "Goal"],
      Sum: 3,
      Words: "three",
      Id: "AC-12",
      Nothing: null,
    });
  });

  test("an approval's verdicts are told by their kind, whatever the story is called", () => {
    const story = (time: string, resource_subtype: string, from: string, to: string): JsonObject => ({
      resource_subtype,
      created_at: at(time),
      created_by: { gid: "7" },
      source: "web",
      old_approval_status: from,
      new_approval_status: to,
    });
    const { transitions, gaps } = normalise({ approval_status: "approved" }, [
      story("10:00:00", "approval_status_changed", "pending", "changes_requested"),
      story("11:00:00", "some_new_name", "changes_requested", "approved"),
    ]);
    expect(transitions).toMatchObject([
      { field: "approval_status", from: "pending", to: "changes_requested" },
      { field: "approval_status", from: "changes_requested", to: "approved" },
    ]);
    expect(gaps).toEqual([]);
  });
});
