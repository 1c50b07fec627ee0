import type { ComparedField } from "./contract.ts";
import { parseSpan } from "./durations.ts";
import { checkAttribute } from "./problems.ts";
import type { Report, Sides } from "./problems.ts";
import type { HandoffFile } from "./schema.ts";

/** Above it a time says nothing about which of two changes came later (reference §3.4). */
const LARGEST_SKEW = 60_000;

/** The lines of `fields:`, each checked against what the mappings make. */
export function compileFields(file: HandoffFile, sides: Sides): readonly ComparedField[] {
  const { source, target, sourceType, targetType, report } = sides;
  return Object.entries(file.fields).map(([name, spec]): ComparedField => {
    const full = typeof spec === "string" ? { rule: spec } : spec;
    const ours = ("ours" in full ? full.ours : undefined) ?? name;
    const theirs = ("theirs" in full ? full.theirs : undefined) ?? name;
    const path = ["fields", name];
    checkAttribute(
      "ours" in full && full.ours !== undefined ? [...path, "ours"] : path,
      ours,
      source,
      sourceType,
      report,
    );
    // A reference is set with the record and never compared.
    const refers = full.rule === "create_once" && target?.references.includes(theirs) === true;
    if (!refers)
      checkAttribute(
        "theirs" in full && full.theirs !== undefined ? [...path, "theirs"] : path,
        theirs,
        target,
        targetType,
        report,
      );
    const onConflict = ("on_conflict" in full ? full.on_conflict : undefined) ?? "manual";
    checkPolicy(onConflict, full.rule, file, [...path, "on_conflict"], report);
    return {
      name,
      ours,
      theirs,
      owner: full.rule,
      backupIfInactive: "if_inactive" in full && full.if_inactive === "backup",
      onConflict,
      exact: "compare" in full && full.compare === "exact",
      kinds: { ours: source?.attributes.get(ours) ?? null, theirs: target?.attributes.get(theirs) ?? null },
    };
  });
}

/** How far the clocks differ at most, in milliseconds; null when the file does not say. */
export function readSkew(file: HandoffFile, report: Report): number | null {
  const text = file.clock_skew;
  if (text === undefined) return null;
  const span = parseSpan(text);
  if (span?.kind === "clock") return span.ms;
  report(["clock_skew"], "HUB-2205", `"${text}" is no length of clock time.`, "Write 5 seconds or 1 minute.");
  return null;
}

function checkPolicy(
  policy: ComparedField["onConflict"],
  owner: ComparedField["owner"],
  file: HandoffFile,
  path: readonly (string | number)[],
  report: Report,
): void {
  if (policy !== "manual" && owner !== "shared") {
    report(
      path,
      "HUB-2208",
      `\`on_conflict\` belongs to a shared field; this one is \`${owner}\`.`,
      "Leave it out, or write `rule: shared`.",
    );
  } else if (policy === "most_recent") {
    const skew = file.clock_skew === undefined ? undefined : parseSpan(file.clock_skew);
    if (skew?.kind === "clock" && skew.ms < LARGEST_SKEW) return;
    report(
      path,
      "HUB-2208",
      "Which of two changes came later can be told only where the systems' clocks differ by less than a minute.",
      "Measure it and write `clock_skew: 5 seconds`, or leave conflicts to a person (`manual`).",
    );
  }
}
