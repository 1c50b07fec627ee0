import { execute, getOperationAST, OperationTypeNode } from "graphql";
import type { ExecutionResult, GraphQLSchema } from "graphql";
import type { Caller, RequestContext } from "./context.ts";
import { ItemPages } from "./pages.ts";
import { BOARDS } from "./resolve-boards.ts";
import { BOARD_WRITES } from "./resolve-board-writes.ts";
import { abstractType, CELLS } from "./resolve-cells.ts";
import { COLUMN_WRITES } from "./resolve-column-writes.ts";
import { DOCS } from "./resolve-docs.ts";
import { ITEMS } from "./resolve-items.ts";
import { ITEM_WRITES } from "./resolve-item-writes.ts";
import { PEOPLE } from "./resolve-people.ts";
import { PEOPLE_WRITES } from "./resolve-people-writes.ts";
import { QUERIES } from "./resolve-queries.ts";
import { UPDATE_WRITES } from "./resolve-update-writes.ts";
import { VIEWS } from "./resolve-views.ts";
import { DocumentCache, executableSchema, POINTS_PER_OBJECT } from "./schema.ts";
import type { CheckedDocument, Resolvers } from "./schema.ts";
import { generationOf, schemaTextOf } from "./schema-versions.ts";
import type { Generation } from "./schema-versions.ts";
import type { MondayState } from "./state.ts";
import type { Webhooks } from "./webhooks.ts";

export interface GraphQLCall {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly operationName: string | null;
}

export interface Executed {
  readonly result: ExecutionResult;
  readonly cost: number;
}

const PARTS: readonly Resolvers[] = [
  QUERIES,
  BOARDS,
  ITEMS,
  PEOPLE,
  CELLS,
  DOCS,
  VIEWS,
  ITEM_WRITES,
  BOARD_WRITES,
  COLUMN_WRITES,
  UPDATE_WRITES,
  PEOPLE_WRITES,
];

/** Several parts may know fields of one type. */
const RESOLVERS: Resolvers = Object.fromEntries(
  [...new Set(PARTS.flatMap((part) => Object.keys(part)))].map((type) => [
    type,
    Object.assign({}, ...PARTS.map((part) => part[type])) as Resolvers[string],
  ]),
);

interface Served {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentCache;
}

/** Runs GraphQL calls over the state, each version with the schema of its time. */
export class GraphQLEngine {
  readonly #state: MondayState;
  readonly #served = new Map<Generation, Served>();
  readonly #pages: ItemPages;
  readonly #webhooks: Webhooks;

  constructor(state: MondayState, webhooks: Webhooks) {
    this.#state = state;
    this.#webhooks = webhooks;
    this.#pages = new ItemPages(state);
  }

  #of(version: string): Served {
    const generation = generationOf(version);
    const known = this.#served.get(generation);
    if (known !== undefined) return known;
    const schema = executableSchema(schemaTextOf(version), RESOLVERS, abstractType);
    const served = { schema, documents: new DocumentCache(schema) };
    this.#served.set(generation, served);
    return served;
  }

  check(query: string, version = "dev"): CheckedDocument {
    return this.#of(version).documents.get(query);
  }

  /** The least a checked query costs, in points. */
  leastCost(checked: CheckedDocument): number {
    return checked.objects * POINTS_PER_OBJECT;
  }

  isMutation(checked: CheckedDocument, operationName: string | null): boolean {
    return (
      checked.document !== null
      && getOperationAST(checked.document, operationName)?.operation === OperationTypeNode.MUTATION
    );
  }

  /** The response keys' root fields, for counting calls by what they ask. */
  rootFields(checked: CheckedDocument, operationName: string | null): string[] {
    const operation = checked.document === null ? null : getOperationAST(checked.document, operationName);
    return (operation?.selectionSet.selections ?? []).flatMap((node) => ("name" in node ? [node.name.value] : []));
  }

  async run(checked: CheckedDocument, call: GraphQLCall, who: Caller): Promise<Executed> {
    if (checked.document === null) return { result: { errors: checked.errors }, cost: 0 };
    const context: RequestContext = {
      ...who,
      state: this.#state,
      pages: this.#pages,
      webhooks: this.#webhooks,
      cost: 0,
      estimate: this.leastCost(checked),
    };
    const result = await execute({
      schema: this.#of(who.version.value).schema,
      document: checked.document,
      contextValue: context,
      variableValues: call.variables,
      operationName: call.operationName,
    });
    return { result, cost: context.cost };
  }
}
