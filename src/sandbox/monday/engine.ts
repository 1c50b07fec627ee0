import { execute, getOperationAST, OperationTypeNode } from "graphql";
import type { ExecutionResult, GraphQLSchema } from "graphql";
import type { RequestContext } from "./context.ts";
import type { Budget } from "./limits.ts";
import { ItemPages } from "./pages.ts";
import { CELLS, columnValueType } from "./resolve-cells.ts";
import { READS } from "./resolve-reads.ts";
import { WRITES } from "./resolve-writes.ts";
import { DocumentCache, executableSchema, POINTS_PER_OBJECT, schemaText } from "./schema.ts";
import type { CheckedDocument } from "./schema.ts";
import type { MondayState } from "./state.ts";
import type { ApiVersion } from "./versions.ts";

export interface GraphQLCall {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly operationName: string | null;
}

export interface Executed {
  readonly result: ExecutionResult;
  readonly cost: number;
}

/** Runs GraphQL calls over the state. */
export class GraphQLEngine {
  readonly #state: MondayState;
  readonly #schema: GraphQLSchema;
  readonly #documents: DocumentCache;
  readonly #pages: ItemPages;

  constructor(state: MondayState) {
    this.#state = state;
    this.#schema = executableSchema(schemaText(), { ...READS, ...CELLS, ...WRITES }, columnValueType);
    this.#documents = new DocumentCache(this.#schema);
    this.#pages = new ItemPages(state);
  }

  check(query: string): CheckedDocument {
    return this.#documents.get(query);
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

  async run(
    checked: CheckedDocument,
    call: GraphQLCall,
    who: { readonly userId: string; readonly version: ApiVersion; readonly budget: Budget },
  ): Promise<Executed> {
    if (checked.document === null) return { result: { errors: checked.errors }, cost: 0 };
    const context: RequestContext = {
      ...who,
      state: this.#state,
      pages: this.#pages,
      cost: 0,
      estimate: this.leastCost(checked),
    };
    const result = await execute({
      schema: this.#schema,
      document: checked.document,
      contextValue: context,
      variableValues: call.variables,
      operationName: call.operationName,
    });
    return { result, cost: context.cost };
  }
}
