import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { SiteCall } from "../call.ts";
import type { Datasource } from "../content/published.ts";
import { addRevision } from "../content/revisions.ts";
import { hexDigits } from "../state.ts";
import { publishFailed, TableauError } from "../wire/errors.ts";
import { SOURCE, TARGET } from "./apply-actions.ts";
import type { Sides } from "./apply-actions.ts";
import { copyExtract, payloadExtract } from "./extract-files.ts";
import { readContents } from "./hyper-contents.ts";
import { withFiles } from "./hyper-engine.ts";
import type { HyperProcess } from "./hyper-process.ts";

type Change = (engine: HyperProcess, sides: Sides) => Promise<void>;

/**
 * Changes a copy of the newest extract of a data source and publishes it as a new revision; what fails leaves the old
 * one. Changes come one after the other, so that each builds on the one before. Throws 400011.
 * @param upload file with what the change takes from, attached beside the copy
 */
export async function changeExtract(
  call: SiteCall,
  datasource: Datasource,
  upload: string | undefined,
  change: Change,
): Promise<void> {
  await call.engine.run(async (engine) => {
    const revision = datasource.revisions.at(-1);
    if (revision === undefined) throw publishFailed("The data source has no content.");
    const scratch = join(call.state.environment.directory, `change-${hexDigits(call.state, 16)}`);
    const converted = `${scratch}-payload`;
    try {
      const copy = await copyExtract(engine, revision, scratch);
      const payload = upload === undefined ? undefined : await payloadExtract(engine, upload, converted);
      const files = { [TARGET]: copy.file, ...(payload === undefined ? {} : { [SOURCE]: payload }) };
      await withFiles(engine, files, async () =>
        change(engine, {
          target: await readContents(engine, TARGET),
          source: payload === undefined ? { tables: [], references: [] } : await readContents(engine, SOURCE),
        }),
      );
      const { file, fileName } = await copy.pack();
      await addRevision(call, datasource, file, fileName);
    } catch (error) {
      await rm(scratch, { force: true });
      // The engine's own refusals, such as null in a column that takes none, are the client's doing.
      if (error instanceof TableauError) throw error;
      throw publishFailed(error instanceof Error ? error.message : String(error));
    } finally {
      await rm(converted, { force: true });
    }
  });
}
