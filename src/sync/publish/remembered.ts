import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { dataSourceDocument } from "../../extracts/index.ts";
import { HubError, hashText } from "../../model/index.ts";
import type { SourceFile, SourceTable } from "./files.ts";

const tableSchema = z.strictObject({
  name: z.string(),
  rows: z.int(),
  hash: z.string(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
});

const rememberedSchema = z.strictObject({
  version: z.literal(1),
  connection: z.string(),
  /** The data source's id and the name it has there. */
  id: z.string(),
  name: z.string(),
  /** Its `updatedAt` when we were done with it, epoch milliseconds: another one means that somebody else was there. */
  leftAt: z.int(),
  tables: z.array(tableSchema),
  /** Something was sent and nothing has told yet what became of it. */
  inDoubt: z.boolean(),
  /** Rows changed there since the whole was last fetched back and counted; null when no change was ever counted. */
  changedSinceLook: z.int().nullable(),
  /** Of the document it was packed with; null where it has none. */
  document: z.string().nullable(),
  /** The permissions that were given on it, as configured; null before any. */
  granted: z.string().nullable(),
  /** The warning of ours that stands on it; null for none, `UNKNOWN_WARNING` where nobody has looked. */
  warning: z.string().nullable(),
});

export const UNKNOWN_WARNING = "unknown";

/** What a data source held when it was last published from here. */
export type Remembered = z.output<typeof rememberedSchema>;
export type RememberedTable = z.output<typeof tableSchema>;

/**
 * The folder `published/`: of every data source a record of how it was left, and the rows it was left with as Parquet
 * files that data sources of the same table share. Losing it costs one publish of the whole.
 */
export class PublishedBefore {
  readonly #folder: string;

  /** @param directory the folder of the extracts */
  constructor(directory: string) {
    this.#folder = join(directory, "published");
  }

  /** Where deltas are worked out. */
  get workingFolder(): string {
    return join(this.#folder, "deltas");
  }

  /** Where an extract is packed to be sent. */
  packageOf(fact: string): string {
    return join(this.workingFolder, `${fact}.tdsx`);
  }

  /** The last good extract of a fact. */
  extractOf(fact: string, format: string): string {
    return join(this.#folder, `${fact}.${format}`);
  }

  rowsOf(table: Pick<RememberedTable, "name" | "hash">): string {
    return join(this.#folder, "rows", `${table.name}-${table.hash.slice(0, 16)}.parquet`);
  }

  /** Null for a data source that was never published from here, or of which no readable record is left. */
  async read(fact: string, connection: string): Promise<Remembered | null> {
    const text = await readFile(this.#record(fact), "utf8").catch(() => null);
    if (text === null) return null;
    try {
      const remembered = rememberedSchema.parse(JSON.parse(text));
      return remembered.connection === connection ? remembered : null;
    } catch {
      return null;
    }
  }

  /**
   * Keeps the rows of tables and the record that names them, in this order.
   * @throws HubError HUB-5020
   */
  async keep(fact: string, remembered: Omit<Remembered, "version">, tables: readonly SourceTable[]): Promise<void> {
    await this.#guard(async () => {
      await mkdir(join(this.#folder, "rows"), { recursive: true });
      await this.#keepRows(remembered.tables, tables);
      await this.#write(fact, { version: 1, ...remembered });
    });
  }

  async #keepRows(remembered: readonly RememberedTable[], tables: readonly SourceTable[]): Promise<void> {
    for (const { name, hash } of remembered) {
      const table = tables.find((each) => each.name === name && each.hash === hash);
      // Those of an earlier publish are there already.
      if (table === undefined) continue;
      const kept = this.rowsOf(table);
      const unfinished = `${kept}.${randomUUID().slice(0, 8)}`;
      await copyFile(table.definition.source, unfinished, constants.COPYFILE_FICLONE);
      await rename(unfinished, kept);
    }
  }

  /** Changes a record and keeps its rows as they are. */
  async note(fact: string, remembered: Remembered, change: Partial<Remembered>): Promise<void> {
    await this.#guard(() => this.#write(fact, { ...remembered, ...change }));
  }

  /** Keeps a file as the last good extract. */
  async keepExtract(fact: string, format: string, file: string): Promise<void> {
    await this.#guard(async () => {
      await mkdir(this.#folder, { recursive: true });
      await copyFile(file, this.extractOf(fact, format), constants.COPYFILE_FICLONE);
    });
  }

  /** Removes rows that no record names any more. */
  async prune(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    const used = new Set<string>();
    for (const name of names.filter((each) => each.endsWith(".json"))) {
      const parsed = await readFile(join(this.#folder, name), "utf8")
        .then((text) => rememberedSchema.parse(JSON.parse(text)))
        .catch(() => null);
      for (const table of parsed?.tables ?? []) used.add(this.rowsOf(table));
    }
    for (const name of await readdir(join(this.#folder, "rows")).catch(() => [])) {
      const file = join(this.#folder, "rows", name);
      if (!used.has(file)) await rm(file, { force: true });
    }
    await rm(this.workingFolder, { recursive: true, force: true });
  }

  async #guard(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (cause) {
      throw new HubError("HUB-5020", `What was published cannot be kept in ${this.#folder}.`, {
        cause,
        place: { file: this.#folder },
        remedy: "Check that the folder is writable and the disk not full.",
      });
    }
  }

  #record(fact: string): string {
    return join(this.#folder, `${fact}.json`);
  }

  async #write(fact: string, remembered: Remembered): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = `${this.#record(fact)}.${randomUUID().slice(0, 8)}`;
    await writeFile(unfinished, `${JSON.stringify(remembered, null, 2)}\n`);
    await rename(unfinished, this.#record(fact));
  }
}

export function rememberTable({ name, rows, hash, definition }: SourceTable): RememberedTable {
  return { name, rows, hash, columns: definition.columns.map(({ name: column, type }) => ({ name: column, type })) };
}

/** What people see of a data source beside its rows, as a fingerprint. */
export function documentOf({ fact, format }: Pick<SourceFile, "fact" | "format">): string | null {
  return format === "hyper" ? hashText(dataSourceDocument(fact)) : null;
}

/** The same for the same change of the same data source, as a system takes request ids. */
export function requestIdOf(before: Remembered, after: readonly RememberedTable[]): string {
  const contentOf = (tables: readonly RememberedTable[]): string => tables.map(({ hash }) => hash).join(" ");
  const hex = hashText([before.id, `${contentOf(before.tables)} ${before.leftAt}`, contentOf(after)].join("\0"));
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
