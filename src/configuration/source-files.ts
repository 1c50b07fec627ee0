import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { HubError } from "../model/index.ts";
import type { Problem } from "../model/index.ts";
import { suggestion } from "./shape.ts";
import { parseYaml } from "./yaml-file.ts";
import type { YamlFile } from "./yaml-file.ts";

/** The files of a configuration directory by folder; `""` holds those at the top. */
export interface SourceFiles {
  readonly byFolder: ReadonlyMap<string, readonly YamlFile[]>;
  readonly problems: readonly Problem[];
}

/**
 * Reads every YAML file of the known folders. A file or folder that nobody would read is a problem, since a slip in its
 * name would otherwise switch it off in silence.
 * @param instead texts that count instead of what stands in a file, by its path from where the program runs
 * @throws HubError HUB-2002 when the directory cannot be read.
 */
export async function readSourceFiles(
  directory: string,
  topFiles: readonly string[],
  folders: readonly string[],
  instead: ReadonlyMap<string, string> = new Map(),
): Promise<SourceFiles> {
  const read = async (name: string): Promise<YamlFile> => {
    const file = path.join(directory, name);
    return parseYaml(file, instead.get(file) ?? (await readFile(file, "utf8")));
  };
  const readFolder = async (folder: string): Promise<readonly YamlFile[]> => {
    const entries = await list(path.join(directory, folder));
    const names = entries.filter((entry) => !entry.isDirectory && /\.ya?ml$/u.test(entry.name));
    return Promise.all(names.map(({ name }) => read(path.join(folder, name))));
  };
  const byFolder = new Map<string, readonly YamlFile[]>();
  const problems: Problem[] = [];
  const top: string[] = [];
  for (const entry of await list(directory)) {
    const place = { file: path.join(directory, entry.name) };
    if (entry.isDirectory) {
      if (folders.includes(entry.name)) byFolder.set(entry.name, await readFolder(entry.name));
      else if (!entry.name.startsWith(".") && (await readFolder(entry.name)).length > 0) {
        problems.push(unread(`The folder ${entry.name}`, place, suggestion(entry.name, folders)));
      }
    } else if (topFiles.includes(entry.name)) top.push(entry.name);
    else if (/\.ya?ml$/u.test(entry.name))
      problems.push(unread(`The file ${entry.name}`, place, suggestion(entry.name, topFiles)));
  }
  byFolder.set("", await Promise.all(top.map(read)));
  return { byFolder, problems };
}

function unread(what: string, place: { readonly file: string }, remedy: string): Problem {
  return { code: "HUB-2003", message: `${what} belongs to no part of the configuration.`, place, remedy };
}

async function list(directory: string): Promise<readonly { readonly name: string; readonly isDirectory: boolean }[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new HubError("HUB-2002", `The configuration directory ${directory} cannot be read.`, {
      disposition: "operator",
      place: { file: directory },
      remedy: "Name it with --config DIR.",
      cause: error,
    });
  }
}
