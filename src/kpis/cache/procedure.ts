import type { ProcessDefinition } from "../definitions/process.ts";

/** All versions of one process, by their common name. */
export interface Procedure {
  readonly name: string;
  readonly versions: readonly ProcessDefinition[];
  readonly first: ProcessDefinition;
}

/** In the order of their first version. */
export function proceduresOf(processes: readonly ProcessDefinition[]): readonly Procedure[] {
  const procedures = new Map<string, { name: string; versions: ProcessDefinition[]; first: ProcessDefinition }>();
  for (const process of processes) {
    const known = procedures.get(process.name);
    if (known === undefined) procedures.set(process.name, { name: process.name, versions: [process], first: process });
    else known.versions.push(process);
  }
  return [...procedures.values()];
}
