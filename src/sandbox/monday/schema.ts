import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isAbstractType,
  isObjectType,
  isScalarType,
  Kind,
  parse,
  validate,
  valueFromASTUntyped,
} from "graphql";
import type { DocumentNode, GraphQLError, GraphQLFieldResolver, GraphQLSchema, SelectionSetNode } from "graphql";
import { GraphQLError as SyntaxOrValueError } from "graphql";
import { scopeOf } from "./apps.ts";
import type { RequestContext } from "./context.ts";
import { missingScope } from "./errors.ts";

export type Resolver = GraphQLFieldResolver<unknown, RequestContext>;
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

/** Points one returned object node costs; scalars are free (reference monday.md §4). */
export const POINTS_PER_OBJECT = 10;

/** Builds the executable schema; every field that returns objects counts them towards the query's complexity. */
export function executableSchema(
  text: string,
  resolvers: Resolvers,
  abstractType: (source: unknown, abstractName: string) => string,
): GraphQLSchema {
  const schema = buildSchema(text);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    if (isScalarType(type)) prepareScalar(type);
    if (isAbstractType(type)) type.resolveType = (source) => abstractType(source, type.name);
    if (!isObjectType(type)) continue;
    for (const [name, field] of Object.entries(type.getFields())) {
      const own = resolvers[type.name]?.[name];
      const read: Resolver = own ?? ((source) => (source as Record<string, unknown>)[name]);
      const free = name === "complexity";
      const resolve = isCompositeType(getNamedType(field.type)) && !free ? counted(read) : read;
      const scope = type.name === "Query" || type.name === "Mutation" ? scopeOf(type.name, name) : null;
      field.resolve = scope === null ? resolve : scoped(scope, resolve);
    }
  }
  return schema;
}

/** Refuses an OAuth token that was not granted the scope. */
function scoped(scope: string, resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    if (context.scopes !== null && !context.scopes.has(scope)) throw missingScope(scope);
    return resolve(source, args, context, info);
  };
}

function counted(read: Resolver): Resolver {
  return (source, args, context, info) => {
    const result: unknown = read(source, args, context, info);
    if (result instanceof Promise) {
      context.cost += POINTS_PER_OBJECT;
    } else if (Array.isArray(result)) {
      for (const entry of result) if (entry != null) context.cost += POINTS_PER_OBJECT;
    } else if (result != null) {
      context.cost += POINTS_PER_OBJECT;
    }
    return result;
  };
}

function prepareScalar(type: { name: string; parseValue: (value: unknown) => unknown; parseLiteral: unknown }): void {
  if (type.name === "ISO8601DateTime") {
    type.parseValue = parseInstant;
    type.parseLiteral = (node: { kind: Kind; value?: unknown }) => parseInstant(node.value);
  }
  if (type.name === "JSON" || type.name === "CompareValue") type.parseLiteral = valueFromASTUntyped;
}

/** A zone-less text is refused, as the real scalar does. */
function parseInstant(value: unknown): string {
  const zoned = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/u;
  if (typeof value !== "string" || !zoned.test(value) || Number.isNaN(Date.parse(value))) {
    throw new SyntaxOrValueError(`Invalid ISO8601DateTime: ${JSON.stringify(value)}`, {
      extensions: { code: "BAD_USER_INPUT" },
    });
  }
  return value;
}

export interface CheckedDocument {
  readonly document: DocumentNode | null;
  readonly errors: readonly GraphQLError[];
  /** Composite fields without introspection: the least number of objects a full answer holds. */
  readonly objects: number;
}

/** Parses and validates query texts once; keeps the last few hundred. */
export class DocumentCache {
  readonly #schema: GraphQLSchema;
  readonly #most: number;
  readonly #known = new Map<string, CheckedDocument>();

  constructor(schema: GraphQLSchema, most = 300) {
    this.#schema = schema;
    this.#most = most;
  }

  get(text: string): CheckedDocument {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const checked = this.#check(text);
    const oldest = this.#known.size >= this.#most ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(text, checked);
    return checked;
  }

  #check(text: string): CheckedDocument {
    try {
      const document = parse(text);
      const errors = validate(this.#schema, document);
      return { document: errors.length === 0 ? document : null, errors, objects: countObjects(document) };
    } catch (error) {
      if (error instanceof SyntaxOrValueError) return { document: null, errors: [error], objects: 0 };
      throw error;
    }
  }
}

function countObjects(document: DocumentNode): number {
  const inside = (set: SelectionSetNode | undefined): number =>
    (set?.selections ?? []).reduce((sum, node) => {
      if (node.kind !== Kind.FIELD || node.selectionSet === undefined) return sum;
      return node.name.value === "complexity" ? sum : sum + 1 + inside(node.selectionSet);
    }, 0);
  return document.definitions.reduce(
    (sum, node) => (node.kind === Kind.OPERATION_DEFINITION ? sum + inside(node.selectionSet) : sum),
    0,
  );
}
