import type { Grant, PublishFace } from "../../connectors/kit/index.ts";
import type { Configuration } from "../../configuration/index.ts";
import type { SourceFile } from "./files.ts";
import type { PublishedBefore } from "./remembered.ts";

type Permissions = Configuration["publish"]["permissions"];

/** What opening a workbook takes (reference tableau.md §2). */
const VIEWER = { "data source": ["Read", "Connect"], workbook: ["Read"] } as const;
/** Nobody connects to a workbook. */
const NOT_OF_WORKBOOKS = new Set(["Connect"]);

/** The permissions of hub.yaml as they are given on a data source or workbook. */
export function grantsFor(kind: keyof typeof VIEWER, permissions: Permissions): readonly Grant[] {
  return permissions.map((permission) => {
    const named = permission.capabilities === "viewer" ? VIEWER[kind] : permission.capabilities;
    const capabilities = named.filter((each) => kind === "data source" || !NOT_OF_WORKBOOKS.has(each));
    return { kind: permission.kind, name: permission.name, capabilities };
  });
}

export interface AroundOptions {
  readonly connection: string;
  readonly face: PublishFace;
  readonly before: PublishedBefore;
  readonly signal: AbortSignal;
}

/** Gives the configured permissions on a data source, unless they were given as they are now. */
export async function givePermissions(
  { fact }: Pick<SourceFile, "fact">,
  permissions: Permissions,
  { connection, face, before, signal }: AroundOptions,
): Promise<void> {
  const memory = await before.read(fact, connection);
  const granted = JSON.stringify(permissions);
  if (memory === null || permissions.length === 0 || memory.granted === granted) return;
  await face.grant("data source", memory.id, grantsFor("data source", permissions), signal);
  await before.note(fact, memory, { granted });
}
