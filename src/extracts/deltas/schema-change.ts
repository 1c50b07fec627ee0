/** A table with its columns, as a data source has it. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** How a data source's tables and columns differ from those it had; names are `table.column`. */
export interface SchemaChange {
  /** Workbooks that use these break. A renamed column is one that is gone and one that is new. */
  readonly removed: readonly string[];
  /** `table.column from text to date`. */
  readonly retyped: readonly string[];
  /** Harmless: nobody uses them yet. */
  readonly added: readonly string[];
}

/** Compares two schemas; null when they are the same, whatever the order of columns. */
export function schemaChange(before: readonly TableShape[], after: readonly TableShape[]): SchemaChange | null {
  const [had, has] = [typesOf(before), typesOf(after)];
  const removed = [...had.keys()].filter((name) => !has.has(name));
  const added = [...has.keys()].filter((name) => !had.has(name));
  const retyped = [...had].flatMap(([name, type]) => {
    const now = has.get(name);
    return now === undefined || now === type ? [] : [`${name} from ${type} to ${now}`];
  });
  return removed.length + added.length + retyped.length === 0 ? null : { removed, retyped, added };
}

/** Whether workbooks may break by it. */
export function breaks({ removed, retyped }: SchemaChange): boolean {
  return removed.length + retyped.length > 0;
}

const MOST_NAMES = 8;

/** `removed fact_case.region; fact_case.outcome from text to date; added fact_case.area` */
export function describeChange({ removed, retyped, added }: SchemaChange): string {
  const named = (verb: string, names: readonly string[]): readonly string[] => {
    if (names.length === 0) return [];
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
    return [`${verb} ${names.slice(0, MOST_NAMES).join(", ")}${more}`];
  };
  return [...named("removed", removed), ...retyped, ...named("added", added)].join("; ");
}

function typesOf(tables: readonly TableShape[]): ReadonlyMap<string, string> {
  return new Map(
    tables.flatMap(({ name: table, columns }) => columns.map(({ name, type }) => [`${table}.${name}`, type] as const)),
  );
}
