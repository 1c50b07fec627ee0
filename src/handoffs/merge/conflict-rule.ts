import type { ComparedField } from "../contract/contract.ts";

/** The line of `fields:` by which a conflict of a field is decided for one side from now on. */
export function conflictRule(field: ComparedField, take: "source" | "target"): string {
  const { name, ours, theirs, exact, backupIfInactive } = field;
  const words = [
    ...(ours === name ? [] : [`ours: ${scalar(ours)}`]),
    ...(theirs === name ? [] : [`theirs: ${scalar(theirs)}`]),
    "rule: shared",
    `on_conflict: ${take}`,
    ...(exact ? ["compare: exact"] : []),
    ...(backupIfInactive ? ["if_inactive: backup"] : []),
  ];
  return `${scalar(name)}: { ${words.join(", ")} }`;
}

/** Plain where YAML takes it for a text as it stands. */
function scalar(text: string): string {
  return /^[A-Za-z][\w -]*\w$|^[A-Za-z]$/u.test(text) && !/^(?:true|false|null|yes|no|on|off)$/iu.test(text)
    ? text
    : JSON.stringify(text);
}
