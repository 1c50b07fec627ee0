import { existsSync, readFileSync } from "node:fs";
import { buildSchema, findBreakingChanges, isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import type { GraphQLSchema } from "graphql";
import { describe, expect, test } from "@jest/globals";

const read = (path: string): GraphQLSchema => buildSchema(readFileSync(path, "utf8"), { assumeValid: true });
const root = new URL("../../../", import.meta.url).pathname;
const official = `${root}../shared/specs/monday.schema.graphql`;

describe("the stand-in's schema", () => {
  test("says only what the vendor's schema says too", () => {
    if (!existsSync(official)) {
      console.log("Skipped: the vendor's schema is not beside the repository.");
      return;
    }
    const own = read(`${root}src/sandbox/monday/schema.graphql`);
    const theirs = read(official);
    // Turning our schema into theirs must break no client of ours.
    expect(findBreakingChanges(own, theirs)).toEqual([]);
    const differences: string[] = [];
    for (const type of Object.values(own.getTypeMap())) {
      if (type.name.startsWith("__") || !(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)))
        continue;
      const other = theirs.getType(type.name);
      if (!(isObjectType(other) || isInterfaceType(other) || isInputObjectType(other))) continue;
      const fields = other.getFields();
      for (const [name, field] of Object.entries(type.getFields())) {
        if (String(fields[name]?.type) !== String(field.type)) differences.push(`${type.name}.${name}`);
      }
    }
    expect(differences).toEqual([]);
  });
});
