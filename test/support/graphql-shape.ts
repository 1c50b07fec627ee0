import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
} from "graphql";
import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  SelectionSetNode,
} from "graphql";

/**
 * What an answer to a document breaks of a schema's promises: missing fields, nulls where there may be none, values that
 * are no member of their enum or scalar. An error's null is allowed where the schema allows null.
 */
export function shapeFaults(schema: GraphQLSchema, document: DocumentNode, data: unknown): string[] {
  const faults: string[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const fieldsOf = (
    set: SelectionSetNode,
    type: GraphQLObjectType | GraphQLInterfaceType,
  ): Map<string, [string, SelectionSetNode[]]> => {
    const found = new Map<string, [string, SelectionSetNode[]]>();
    const walk = (selections: SelectionSetNode): void => {
      for (const node of selections.selections) {
        if (node.kind === Kind.FIELD) {
          if (node.directives?.some(({ name }) => name.value === "include" || name.value === "skip") === true) continue;
          const key = node.alias?.value ?? node.name.value;
          const known = found.get(key) ?? [node.name.value, []];
          if (node.selectionSet !== undefined) known[1].push(node.selectionSet);
          found.set(key, known);
          continue;
        }
        const inner = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
        const condition = inner?.typeCondition?.name.value;
        if (inner !== undefined && (condition === undefined || applies(condition, type))) walk(inner.selectionSet);
      }
    };
    walk(set);
    return found;
  };
  const applies = (name: string, type: GraphQLObjectType | GraphQLInterfaceType): boolean => {
    const condition = schema.getType(name);
    return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  };
  const check = (path: string, type: GraphQLOutputType, sets: readonly SelectionSetNode[], value: unknown): void => {
    if (isNonNullType(type)) {
      if (value === null || value === undefined) faults.push(`${path}: null where ${String(type)} is promised`);
      else check(path, type.ofType as GraphQLOutputType, sets, value);
      return;
    }
    if (value === null) return;
    if (value === undefined) {
      faults.push(`${path}: missing`);
    } else if (isListType(type)) {
      if (!Array.isArray(value)) faults.push(`${path}: no list`);
      else for (const [at, entry] of value.entries()) check(`${path}.${at}`, type.ofType, sets, entry);
    } else if (isEnumType(type)) {
      const name = typeof value === "string" ? value : JSON.stringify(value);
      if (type.getValue(name) === undefined) faults.push(`${path}: ${name} is no ${type.name}`);
    } else if (isScalarType(type)) {
      if (!isScalar(type.name, value)) faults.push(`${path}: ${JSON.stringify(value)} is no ${type.name}`);
    } else {
      const object = value as Record<string, unknown>;
      // Without its name the answer can be held against nothing but the interface.
      const named = isInterfaceType(type) && object["__typename"] === undefined;
      const concrete = isObjectType(type) || named ? type : schema.getType(String(object["__typename"]));
      if (!isObjectType(concrete) && !isInterfaceType(concrete)) {
        faults.push(`${path}: ${String(object["__typename"])} is no type`);
        return;
      }
      if (!applies(type.name, concrete)) faults.push(`${path}: ${concrete.name} is no ${type.name}`);
      const all: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: sets.flatMap((set) => set.selections) };
      for (const [key, [name, inner]] of fieldsOf(all, concrete)) {
        if (name === "__typename") continue;
        const field = concrete.getFields()[name];
        if (field === undefined) faults.push(`${path}.${key}: not in ${concrete.name}`);
        else check(`${path}.${key}`, field.type, inner, object[key]);
      }
    }
  };
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(node.operation);
    if (root != null) check("data", root, [node.selectionSet], data);
  }
  return faults;
}

function isScalar(name: string, value: unknown): boolean {
  switch (name) {
    case "Int":
      return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 31;
    case "Float":
      return typeof value === "number";
    case "Boolean":
      return typeof value === "boolean";
    case "ID":
    case "String":
      return typeof value === "string";
    case "Date":
      return typeof value === "string" && /^\d{4}-\d{2}-\d{2}/u.test(value);
    case "ISO8601DateTime":
      return typeof value === "string" && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/u.test(value);
    default:
      return true;
  }
}

/**
 * A selection of everything a type has, to a depth: all scalars, and the objects below except those already on the way
 * down. Fields that need an argument are left out.
 */
export function everything(
  schema: GraphQLSchema,
  typeName: string,
  depth: number,
  seen: readonly string[] = [],
): string {
  const type = schema.getType(typeName);
  if (isAbstractType(type)) {
    const members = schema.getPossibleTypes(type).map((member) => {
      const inner = everything(schema, member.name, depth, seen);
      return inner === "" ? "" : `... on ${member.name} { ${aliased(member.name, inner)} }`;
    });
    return `__typename ${members.join(" ")}`;
  }
  if (!isObjectType(type)) return "";
  const parts: string[] = [];
  for (const field of Object.values(type.getFields())) {
    if (field.args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)) continue;
    const named = getNamedType(field.type);
    if (!isCompositeType(named)) parts.push(field.name);
    else if (depth > 0 && !seen.includes(named.name)) {
      const inner = everything(schema, named.name, depth - 1, [...seen, typeName]);
      if (inner !== "") parts.push(`${field.name} { ${inner} }`);
    }
  }
  return parts.join(" ");
}

/** Aliases the members of one type of a union, so that fields of the same name and another type do not collide. */
function aliased(typeName: string, selection: string): string {
  let level = 0;
  return selection
    .split(/(\{|\}|\s+)/u)
    .map((word) => {
      if (word === "{") level += 1;
      else if (word === "}") level -= 1;
      else if (level === 0 && /^[a-z]\w*$/u.test(word)) return `${typeName}_${word}: ${word}`;
      return word;
    })
    .join("");
}
