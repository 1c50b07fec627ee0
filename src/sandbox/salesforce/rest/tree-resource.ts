import { z } from "zod";
import { jsonParserError, methodNotAllowed, notFound, SalesforceError } from "../errors.ts";
import type { ObjectSchema } from "../schema/index.ts";
import { createRecord } from "../writes/index.ts";
import type { WriteContext } from "../writes/index.ts";
import { jsonBody, writing } from "./call.ts";
import type { Call, Reply, RestState } from "./call.ts";

const MOST = 200;
const RECORD = z.looseObject({ attributes: z.object({ type: z.string().optional(), referenceId: z.string() }) });
const TREE = z.object({ records: z.array(RECORD) });

type TreeRecord = z.output<typeof RECORD>;

interface Outcome {
  readonly referenceId: string;
  readonly id?: string;
  readonly errors?: readonly {
    readonly statusCode: string;
    readonly message: string;
    readonly fields: readonly string[];
  }[];
}

/** Takes the child lists off a record. */
function split(record: TreeRecord): { fields: Record<string, unknown>; children: Map<string, readonly TreeRecord[]> } {
  const fields: Record<string, unknown> = {};
  const children = new Map<string, readonly TreeRecord[]>();
  for (const [name, value] of Object.entries(record)) {
    const nested = TREE.safeParse(value);
    if (nested.success) children.set(name, nested.data.records);
    else fields[name] = value;
  }
  return { fields, children };
}

function count(records: readonly TreeRecord[]): number {
  let total = records.length;
  for (const record of records) for (const nested of split(record).children.values()) total += count(nested);
  return total;
}

function createAll(
  context: WriteContext,
  object: ObjectSchema,
  records: readonly TreeRecord[],
  parent: { readonly field: string; readonly id: string } | null,
  outcomes: Outcome[],
): void {
  for (const record of records) {
    const { fields, children } = split(record);
    const { referenceId } = record.attributes;
    try {
      const linked = parent === null ? fields : { ...fields, [parent.field]: parent.id };
      const id = createRecord(context, object, linked);
      outcomes.push({ referenceId, id });
      for (const [name, nested] of children) {
        const relation = object.children.find((each) => each.name.toLowerCase() === name.toLowerCase());
        const child = relation === undefined ? undefined : context.org.schema.object(relation.object);
        if (relation === undefined || child === undefined) {
          throw new SalesforceError(
            400,
            "INVALID_FIELD",
            `No such column '${name}' on sobject of type ${object.name}`,
            [],
          );
        }
        createAll(context, child, nested, { field: relation.field, id }, outcomes);
      }
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error;
      const { code, message, fields: at } = error;
      outcomes.push({ referenceId, errors: [{ statusCode: code, message, fields: at ?? [] }] });
    }
  }
}

/** `POST composite/tree/X`: records with their children, all or none (reference salesforce.md §7). */
export function treeResource(state: RestState, call: Call): Reply {
  if (call.method !== "POST") throw methodNotAllowed(call.method);
  const object = state.org.schema.object(call.path[2] ?? "");
  if (object === undefined || !state.org.visibility.shows(object)) throw notFound();
  const parsed = TREE.safeParse(jsonBody(call));
  if (!parsed.success) throw jsonParserError("The request body must hold an array 'records' with a referenceId each");
  const { records } = parsed.data;
  if (count(records) > MOST) {
    throw new SalesforceError(
      400,
      "EXCEEDED_ID_LIMIT",
      "record limit reached. cannot submit more than 200 records into this call",
    );
  }
  const outcomes: Outcome[] = [];
  const failed = (): boolean => outcomes.some((each) => each.errors !== undefined);
  state.org.atomically(
    () => {
      createAll(writing(state, call), object, records, null, outcomes);
    },
    () => !failed(),
  );
  if (!failed()) return { status: 201, body: { hasErrors: false, results: outcomes } };
  return { status: 400, body: { hasErrors: true, results: outcomes.filter((each) => each.errors !== undefined) } };
}
