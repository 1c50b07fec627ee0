import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { createAsana } from "../../src/sandbox/asana/index.ts";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { Dials } from "../../src/sandbox/kit/dials.ts";
import type { SandboxEnvironment } from "../../src/sandbox/kit/system.ts";
import { LOAD, loadedWorld } from "../../src/sandbox/load/index.ts";
import { createMonday } from "../../src/sandbox/monday/index.ts";
import { createSalesforce } from "../../src/sandbox/salesforce/index.ts";
import { createTechFlow } from "../../src/sandbox/scenario/index.ts";

const AT = Date.parse("2026-11-02T11:00:00Z");
const { world: BASE } = createTechFlow({ seed: 1, scale: 0.01, asOf: AT });

function environment(): SandboxEnvironment {
  const clock = new SandboxClock(AT, () => AT);
  return { clock, random: () => 0.5, directory: "", limits: "demo", dials: new Dials(1, clock).of("any") };
}

/** Few ids, so that records name each other, rightly and wrongly. */
const id = fc.integer({ min: 1, max: 6 }).map(String);
const named = fc.option(fc.record({ gid: id, id, name: fc.string({ maxLength: 3 }) }), { nil: null });
const scrap = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  named,
  fc.array(named),
);

/** Records of a stream: what the API gives under the given names, or anything else. */
function records(shape: Readonly<Record<string, fc.Arbitrary<unknown>>>, members = false): fc.Arbitrary<unknown[]> {
  const fields = Object.fromEntries(
    Object.entries(shape).map(([name, fit]) => [name, fc.oneof({ weight: 5, arbitrary: fit }, scrap)]),
  );
  const content = fc.option(fc.record(fields, { requiredKeys: [] }), { nil: null, freq: 8 });
  const removed = fc.record({
    cause: fc.constantFrom("deleted", "archived", "merged", "parent deleted", "visibility lost"),
    at: fc.constantFrom(null, AT),
  });
  const record = fc
    .record(
      { id, content, removed, member: fc.record({ stream: fc.constant("x"), id }) },
      { requiredKeys: ["id", "content"] },
    )
    .map(({ member, ...rest }) => (members && member !== undefined ? { ...rest, member } : rest));
  return fc.uniqueArray(record, { selector: (each) => each.id, maxLength: 6 });
}

const when = fc.constantFrom("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000+0000");
const text = fc.string({ maxLength: 4 });
const entry = fc.record({
  gid: id,
  name: text,
  resource_subtype: fc.constantFrom("text", "number", "enum", "multi_enum", "date", "people", "other"),
  enum_value: named,
  number_value: fc.oneof(fc.integer(), fc.constant(null)),
});

const asana = fc.record({
  tenant: fc.constant("900"),
  records: fc.record({
    users: records({ name: text, email: text }),
    teams: records({ name: text }),
    custom_fields: records({ name: text, resource_subtype: text, enum_options: fc.array(named) }),
    projects: records({ name: text, team: named, owner: named, created_at: when, custom_fields: fc.array(entry) }),
    sections: records({ name: text, project: named, created_at: when }),
    tasks: records({
      name: text,
      parent: named,
      created_at: when,
      modified_at: when,
      tags: fc.array(named),
      memberships: fc.array(fc.record({ project: named, section: named })),
      custom_fields: fc.array(entry),
    }),
    stories: records(
      { created_at: when, resource_subtype: text, project: named, old_section: named, custom_field: named },
      true,
    ),
    things: records({}),
  }),
});
const column = fc.record({
  id,
  title: text,
  type: fc.constantFrom("status", "text", "subtasks", "nothing"),
  settings_str: text,
});
const monday = fc.record({
  tenant: fc.constant("900"),
  records: fc.record({
    users: records({ name: text, status: text, kind: text }),
    boards: records({
      name: text,
      type: fc.constantFrom("board", "sub_items_board"),
      workspace: named,
      groups: fc.array(named),
      columns: fc.array(column),
    }),
    items: records({
      name: text,
      board: named,
      group: named,
      parent_item: named,
      created_at: when,
      column_values: fc.array(fc.record({ id, type: text, value: text, text })),
    }),
    activity_logs: records({ id: text, event: text, created_at: fc.constant("17798263370000000"), data: scrap }, true),
  }),
});
const salesforce = fc.record({
  tenant: fc.constant("00D000000000001AAA"),
  records: fc.record({
    ObjectDescription: records({ fields: scrap, label: text, prefixes: scrap }),
    User: records({ Name: text, Username: text, IsActive: fc.boolean() }),
    Account: records({ Name: text, Own__c: scrap, CreatedDate: when, SystemModstamp: when, IsDeleted: fc.boolean() }),
    Contact: records({ Name: text, AccountId: id, CreatedDate: when }),
    Strange__c: records({ Name: text, Much__c: scrap }),
    OpportunityFieldHistory: records({ Field: text, OpportunityId: id, CreatedDate: when }, true),
  }),
});

describe("whatever a hub has stored", () => {
  test.each([
    ["Salesforce", "salesforce", salesforce],
    ["Asana", "asana", asana],
    ["monday.com", "monday", monday],
  ])("makes a world of %s", (_name, system, arbitrary: fc.Arbitrary<unknown>) => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const { seeds } = loadedWorld(LOAD.parse({ [system]: given }), BASE);
        expect(Object.keys(seeds)).toEqual([system]);
        if (seeds.salesforce !== undefined) createSalesforce(seeds.salesforce, environment());
        if (seeds.asana !== undefined) createAsana(seeds.asana, environment());
        if (seeds.monday !== undefined) createMonday(seeds.monday, environment());
      }),
      { numRuns: 150, seed: 5 },
    );
  });
});
