import type { LocalZone } from "./local-zone.ts";
import type { DateOrder } from "./moment.ts";
import type { ColumnRole } from "./csv/columns.ts";

/** How a log is to be read. */
export interface ReadLogOptions {
  /** For times without a zone; null when none is known. */
  readonly zone: LocalZone | null;
  /** Of a CSV file: the columns by what they hold. */
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
  /** Of a CSV file, for `03/04/2024`; found out when left out. */
  readonly dateOrder?: DateOrder;
  /** What the file's bytes mean; found out when left out. */
  readonly encoding?: string;
}
