import { describe, expect, test } from "@jest/globals";
import { withMembers } from "../../src/configuration/index.ts";

const MEMBERS = { rule: "shared", on_conflict: "source" };
const edit = (text: string): string | null => withMembers(text, ["fields", "amount"], MEMBERS);

describe("members of one mapping in a file", () => {
  test.each([
    [
      "a word makes way for them",
      "fields: { amount: source }",
      "fields: { amount: { rule: shared, on_conflict: source } }",
    ],
    [
      "are added behind the last of a mapping in braces",
      "fields:\n  amount: { theirs: deal_amount } # agreed with Dana\n  owner: source\n",
      "fields:\n  amount: { theirs: deal_amount, rule: shared, on_conflict: source } # agreed with Dana\n  owner: source\n",
    ],
    [
      "are changed where they are",
      "fields:\n  amount: { rule: target, theirs: deal_amount, on_conflict: 'manual' }\n",
      "fields:\n  amount: { rule: shared, theirs: deal_amount, on_conflict: source }\n",
    ],
    [
      "take a line each in a mapping of lines, comments and all",
      "# ours\nfields:\n  # money\n  amount:\n    theirs: deal_amount # theirs\n    rule: source # was target\n\n  owner: source # last\n",
      "# ours\nfields:\n  # money\n  amount:\n    theirs: deal_amount # theirs\n    rule: shared # was target\n    on_conflict: source\n\n  owner: source # last\n",
    ],
    [
      "end a file without a last line break",
      "fields:\n  amount:\n    theirs: deal_amount",
      "fields:\n  amount:\n    theirs: deal_amount\n    rule: shared\n    on_conflict: source",
    ],
  ])("%s", (_what, before, after) => {
    expect(edit(before)).toBe(after);
  });

  test.each([
    ["an alias", "x: &x { theirs: y }\nfields: { amount: *x }"],
    ["what other lines refer to", "fields: { amount: &x { theirs: y }, owner: *x }"],
    ["a field that is not there", "fields: { owner: source }"],
    ["a file that is no YAML", "fields: { amount: ["],
  ])("are not set in %s", (_what, text) => {
    expect(edit(text)).toBeNull();
  });
});
