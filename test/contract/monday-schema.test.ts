import { existsSync, readFileSync } from "node:fs";
import {
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from "graphql";
import type { GraphQLArgument, GraphQLSchema } from "graphql";
import { describe, expect, test } from "@jest/globals";

const read = (path: string): GraphQLSchema => buildSchema(readFileSync(path, "utf8"), { assumeValid: true });
const root = new URL("../../", import.meta.url).pathname;
const official = `${root}../shared/specs/monday.schema.graphql`;

/** Every type, field, argument, enum value and union member of ours that is not theirs, or is another type there. */
function differences(own: GraphQLSchema, theirs: GraphQLSchema): string[] {
  const found: string[] = [];
  const compareArguments = (
    where: string,
    mine: readonly GraphQLArgument[],
    other: readonly GraphQLArgument[],
  ): void => {
    for (const arg of mine) {
      const same = other.find((one) => one.name === arg.name);
      if (same === undefined) found.push(`${where}(${arg.name})`);
      else if (String(same.type) !== String(arg.type)) found.push(`${where}(${arg.name}: ${String(same.type)})`);
      else if (JSON.stringify(same.defaultValue) !== JSON.stringify(arg.defaultValue)) {
        found.push(`${where}(${arg.name} = ${JSON.stringify(same.defaultValue)})`);
      }
    }
  };
  for (const type of Object.values(own.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    const other = theirs.getType(type.name);
    if (other?.constructor !== type.constructor) {
      found.push(type.name);
    } else if (isEnumType(type) && isEnumType(other)) {
      for (const { name } of type.getValues())
        if (other.getValue(name) === undefined) found.push(`${type.name}.${name}`);
    } else if (isUnionType(type) && isUnionType(other)) {
      const names = new Set(other.getTypes().map((member) => member.name));
      for (const { name } of type.getTypes()) if (!names.has(name)) found.push(`${type.name} | ${name}`);
    } else if (isInputObjectType(type) && isInputObjectType(other)) {
      for (const [name, field] of Object.entries(type.getFields())) {
        if (String(other.getFields()[name]?.type) !== String(field.type)) found.push(`${type.name}.${name}`);
      }
    } else if ((isObjectType(type) && isObjectType(other)) || (isInterfaceType(type) && isInterfaceType(other))) {
      for (const [name, field] of Object.entries(type.getFields())) {
        const same = other.getFields()[name];
        if (String(same?.type) !== String(field.type)) found.push(`${type.name}.${name}`);
        compareArguments(`${type.name}.${name}`, field.args, same?.args ?? []);
      }
    }
  }
  return found;
}

const present = existsSync(official);
const withSchema = present ? describe : describe.skip;
if (!present) process.stderr.write("The vendor's schema is not beside the repository: nothing is held against it.\n");

withSchema("the schema of the stand-in for monday.com", () => {
  test("says only what the vendor's 2026-10 schema says too", () => {
    const own = read(`${root}src/sandbox/monday/schema.graphql`);
    const theirs = read(official);
    expect(differences(own, theirs)).toEqual([]);
    // Turning our schema into theirs breaks no client of ours.
    expect(findBreakingChanges(own, theirs)).toEqual([]);
  });
});
