import { access } from "node:fs/promises";
import type { PublishCommand } from "../../connectors/kit/index.ts";
import { packageDataSource } from "../../extracts/index.ts";
import { starTable } from "../../kpis/index.ts";
import { HubError } from "../../model/index.ts";
import type { ChooseOptions } from "./choose.ts";
import type { SourceFile } from "./files.ts";

/** A `.hyper` goes in a package, by whose document people find captions, comments, formats and relationships. */
export async function commandFor(
  { fact, format }: SourceFile,
  name: string,
  file: string,
  { project, before }: Pick<ChooseOptions, "project" | "before">,
): Promise<PublishCommand> {
  const sent = format === "hyper" ? await packageDataSource(fact, file, before.packageOf(fact)) : { file };
  const description = `Process Hub: ${starTable(fact).grain} per row; "As of" in it tells how fresh it is.`;
  return { name, project, description, file: sent.file, tags: ["process-hub"] };
}

/** Publishes the last good file of a data source again; a sentence on what became of it. */
export async function putBack(source: SourceFile, name: string, options: ChooseOptions): Promise<string> {
  const { before, face, signal } = options;
  const good = before.extractOf(source.fact, source.format);
  const exists = await access(good).then(
    () => true,
    () => false,
  );
  if (!exists)
    return "No earlier extract is kept here to put back, see its revisions in the system. Run hub publish again.";
  try {
    await face.publish(await commandFor(source, name, good, options), signal);
    return "The last good extract was put back. Run hub publish again.";
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError)) throw error;
    return `The last good extract could not be put back either (${error.code} ${error.message}). Run hub publish again.`;
  }
}
