import { DateTime } from "luxon";
import type { SalesforceSeed } from "../../seeds.ts";
import type { SandboxClock } from "../../kit/clock.ts";
import { salesforceId, toId18 } from "../ids.ts";
import { buildSchema } from "../schema/index.ts";
import type { ObjectSchema, OrgSchema, Row } from "../schema/index.ts";
import { DEFAULT_ROWS } from "./default-rows.ts";
import type { Deletion } from "./deletion-log.ts";
import { lastGeneratedSerial } from "./generated-ids.ts";
import { generateRows } from "./generated-rows.ts";
import { GeneratedTable } from "./generated-table.ts";
import { MemoryTable } from "./memory-table.ts";
import { OrgRules } from "./org-rules.ts";
import { serialOf } from "./serials.ts";
import type { Table } from "./table.ts";
import { Visibility } from "./visibility.ts";

/** Milliseconds in the 15 days a deleted record stays in the recycle bin. */
export const RECYCLE_BIN_MS = 15 * 86_400_000;

/** An instant as rows hold it: ISO 8601 UTC, whole seconds. */
export function stamp(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

/** What a change would do: its outcome, the ids it would give and the rows it would write. */
export interface Rehearsal<T> {
  readonly outcome: T;
  readonly ids: ReadonlyMap<string, readonly string[]>;
  readonly touched: ReadonlySet<string>;
}

/** The org: its schema, its tables, the numbering of new records and the journal that can take a change back. */
export class Org {
  /** The organisation's id; a refreshed sandbox gets another one and keeps its records'. */
  id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly schema: OrgSchema;
  readonly clock: SandboxClock;
  readonly visibility = new Visibility();
  readonly rules = new OrgRules();
  readonly #tables = new Map<string, Table>();
  readonly #serials = new Map<string, number>();
  #journal: (() => void)[] | null = null;
  #rehearsal: { readonly ids: Map<string, string[]>; readonly touched: Set<string> } | null = null;
  #repeated: Map<string, string[]> | null = null;

  constructor(seed: SalesforceSeed, clock: SandboxClock) {
    this.id = seed.organization.id;
    this.name = seed.organization.name;
    this.timeZone = seed.organization.timeZone;
    this.clock = clock;
    this.schema = buildSchema(seed, {
      schema: () => this.schema,
      find: (id, objects) => {
        const found = this.find(id, objects);
        return found === undefined ? undefined : { object: found.table.object.name, row: found.row };
      },
      today: () => DateTime.fromMillis(clock.now(), { zone: this.timeZone }).toISODate() ?? "",
    });
    for (const object of this.schema.objects) {
      const seeded = object.name === "Organization" ? organizationRows(seed) : rowsOf(seed, object.name);
      const rows = seeded.map((row) => wholeSeconds(object, row));
      const plan = seed.generated?.find((each) => each.object === object.name && each.count > 0);
      const table =
        plan === undefined
          ? new MemoryTable(object, rows)
          : new GeneratedTable(object, generateRows(seed, plan, object), rows);
      this.#tables.set(object.name, table);
      if (plan !== undefined) this.#serials.set(object.keyPrefix, lastGeneratedSerial(plan.count));
      for (const row of rows) {
        if (row.Id.slice(3, 5) !== "5e") continue;
        const n = serialOf(row.Id);
        if (n > (this.#serials.get(object.keyPrefix) ?? 0)) this.#serials.set(object.keyPrefix, n);
      }
    }
  }

  /** The current business instant as rows hold it. */
  now(): string {
    return stamp(this.clock.now());
  }

  table(object: ObjectSchema): Table {
    const table = this.#tables.get(object.name);
    if (table === undefined) throw new TypeError(`no table for ${object.name}`);
    return table;
  }

  /** The table of an object the schema is known to hold. */
  tableNamed(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new TypeError(`no table for ${name}`);
    return table;
  }

  /** Finds the row behind an id, in whichever of the objects holds it. */
  find(id: string, objects: readonly string[]): { readonly table: Table; readonly row: Row } | undefined {
    for (const name of objects) {
      const table = this.#tables.get(name);
      const row = table?.get(id);
      if (table !== undefined && row !== undefined) return { table, row };
    }
    return undefined;
  }

  /** The id of the next record of an object. */
  nextId(object: ObjectSchema): string {
    const promised = this.#repeated?.get(object.keyPrefix)?.shift();
    if (promised !== undefined) return promised;
    const n = (this.#serials.get(object.keyPrefix) ?? 0) + 1;
    this.#serials.set(object.keyPrefix, n);
    const id = salesforceId(object.keyPrefix, n);
    const noted = this.#rehearsal?.ids;
    noted?.set(object.keyPrefix, [...(noted.get(object.keyPrefix) ?? []), id]);
    return id;
  }

  save(table: Table, row: Row): void {
    const former = table.get(row.Id);
    this.#rehearsal?.touched.add(row.Id);
    table.put(row);
    this.#journal?.push(() => {
      if (former === undefined) table.remove(row.Id);
      else table.put(former);
    });
  }

  erase(table: Table, id: string): void {
    const former = table.get(id);
    if (former === undefined) return;
    this.#rehearsal?.touched.add(id);
    table.remove(id);
    table.deletions.bury(former);
    this.#journal?.push(() => {
      table.put(former);
      table.deletions.unearth(id);
    });
  }

  logDeletion(table: Table, deletion: Deletion): void {
    const former = table.deletions.get(deletion.id);
    table.deletions.log(deletion);
    this.#journal?.push(() => {
      if (former === undefined) table.deletions.forget(deletion.id);
      else table.deletions.log(former);
    });
  }

  forgetDeletion(table: Table, id: string): void {
    const former = table.deletions.get(id);
    table.deletions.forget(id);
    if (former === undefined) return;
    this.#journal?.push(() => {
      table.deletions.log(former);
    });
  }

  /** Makes a change and takes it back at once. */
  rehearse<T>(change: () => T): Rehearsal<T> {
    const rehearsal = { ids: new Map<string, string[]>(), touched: new Set<string>() };
    this.#rehearsal = rehearsal;
    try {
      return { ...rehearsal, outcome: this.atomically(change, () => false) };
    } finally {
      this.#rehearsal = null;
    }
  }

  /** Makes a change that was rehearsed: what it creates gets the ids it was promised. */
  repeat<T>(rehearsal: Rehearsal<T>, change: () => T): T {
    this.#repeated = new Map([...rehearsal.ids].map(([prefix, ids]) => [prefix, [...ids]]));
    try {
      return change();
    } finally {
      this.#repeated = null;
    }
  }

  /** Runs a change as one transaction: undone when it throws, or when `keep` refuses its outcome. */
  atomically<T>(change: () => T, keep: (outcome: T) => boolean = () => true): T {
    const outer = this.#journal;
    const journal: (() => void)[] = [];
    this.#journal = journal;
    let kept = false;
    try {
      const outcome = change();
      kept = keep(outcome);
      return outcome;
    } finally {
      this.#journal = outer;
      if (kept) outer?.push(...journal);
      else for (const undo of journal.toReversed()) undo();
    }
  }
}

function rowsOf(seed: SalesforceSeed, name: string): readonly Row[] {
  const given = seed.rows[name] ?? [];
  return given.length > 0 ? given : (DEFAULT_ROWS[name] ?? []);
}

function organizationRows(seed: SalesforceSeed): readonly Row[] {
  const given = seed.rows["Organization"];
  if (given !== undefined && given.length > 0) return given;
  const { id, name, timeZone } = seed.organization;
  return [{ Id: id, Name: name, TimeZoneSidKey: timeZone }];
}

/** Stamps have whole seconds (reference salesforce.md §5); a seed that is finer is cut, all else is kept as it is. */
function wholeSeconds(object: ObjectSchema, row: Row): Row {
  let cut: Record<string, string> | null = null;
  for (const field of object.fields) {
    if (field.type !== "datetime") continue;
    const value = row[field.name];
    if (typeof value === "string" && !value.endsWith(".000Z") && !Number.isNaN(Date.parse(value))) {
      cut ??= {};
      cut[field.name] = stamp(Date.parse(value));
    }
  }
  return cut === null ? row : { ...row, ...cut };
}

/** Brings a 15- or 18-character id to 18; null for anything else. */
export function normalizeId(text: string): string | null {
  if (!/^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/u.test(text)) return null;
  return toId18(text.slice(0, 15));
}
