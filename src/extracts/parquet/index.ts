import { starColumns } from "../../kpis/index.ts";
import type { Star } from "../../kpis/index.ts";
import { writeTableFiles } from "../table-files.ts";
import type { TableFile } from "../table-files.ts";

/**
 * Writes the star as Parquet (zstd), one file per table with the types of the schema; timestamps carry no zone and mean UTC,
 * or the reporting zone where the column says local.
 * @throws HubError HUB-5020, HUB-5021
 */
export async function writeParquet(star: Star, directory: string): Promise<readonly TableFile[]> {
  return writeTableFiles(star, directory, "parquet", (table, path) => {
    const columns = starColumns(table).map(([name]) => `"${name}"`);
    return star.copy(table, columns.join(", "), path, "FORMAT parquet, COMPRESSION zstd");
  });
}
