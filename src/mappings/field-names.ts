import type { CompiledMapping } from "./compile.ts";
import { nearest } from "./nearest.ts";
import type { MappingProblem } from "./problems.ts";

/**
 * The fields a mapping names that the stream does not have. A dotted path (`Owner.Name`) is known when it is listed, or
 * when the field that leads to the parent is (`OwnerId`, `CSM__c` for `CSM__r`).
 * @param known names as the connection describes the stream.
 */
export function checkFieldNames(mapping: CompiledMapping, known: readonly string[]): readonly MappingProblem[] {
  const names = new Set(known);
  const problems: MappingProblem[] = [];
  for (const { field, path } of mapping.uses) {
    if (names.has(field) || leadsToParent(field, names)) continue;
    const hint = nearest(field, known);
    problems.push({
      code: "HUB-2109",
      message: `${mapping.connection}.${mapping.stream} has no field "${field}".`,
      path,
      ...(hint === undefined ? {} : { remedy: `Did you mean "${hint}"?` }),
    });
  }
  return problems;
}

function leadsToParent(field: string, names: ReadonlySet<string>): boolean {
  const dot = field.indexOf(".");
  if (dot === -1) return false;
  const head = field.slice(0, dot);
  return names.has(head) || names.has(`${head}Id`) || names.has(head.replace(/__r$/u, "__c"));
}
