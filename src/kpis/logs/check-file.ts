import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { ErrorPlace } from "../../model/index.ts";
import { compileProcess } from "../definitions/compile-process.ts";
import { fold, suggest } from "../definitions/problems.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { Rule } from "../definitions/rule.ts";
import { parseRule } from "../definitions/rule-grammar.ts";

const name = z.string().trim().min(1);

const file = z.strictObject({
  title: name.optional(),
  /** By their ids, or in a list. */
  rules: z.union([z.record(name, name), z.array(name)]).default({}),
  /** The one allowed path, or several. */
  path: z.array(name).min(1).optional(),
  paths: z.array(z.array(name).min(1)).max(200).default([]),
  /** Activities that may be named although no case of the log has them. */
  activities: z.array(name).default([]),
  /** What ends a case; without it every case counts as ended. */
  ends: z.union([name, z.array(name)]).default([]),
});

/** What a log is checked against. */
export interface Checks {
  readonly title: string;
  readonly rules: readonly Rule[];
  readonly paths: readonly (readonly string[])[];
  readonly ends: readonly string[];
  /** Folded name in the log → the spelling that rules and paths use. */
  readonly spelling: ReadonlyMap<string, string>;
  /** Activities that rules and paths name and no case of the log has. */
  readonly notInLog: readonly string[];
}

/** The rules of one file with the paths and ends of another. */
export function withProcedure(rules: Checks, procedure: Checks): Checks {
  return {
    title: `${rules.title}, ${procedure.title}`,
    rules: rules.rules,
    paths: procedure.paths,
    ends: procedure.ends.length > 0 ? procedure.ends : rules.ends,
    spelling: new Map([...procedure.spelling, ...rules.spelling]),
    notInLog: [...new Set([...rules.notInLog, ...procedure.notInLog])],
  };
}

/**
 * Reads a file of rules, or a procedure: a list of activities; `rules`, `path` or `paths`, `ends`; or a whole file of
 * `config/processes`, whose stages are its path unless it has others.
 * @param source the parsed YAML
 * @param inLog the activities of the log
 * @throws HubError HUB-2410 for a shape that does not fit, HUB-2303 and HUB-2304 for rules, HUB-2301 and HUB-2302 for a process
 */
export function compileChecks(source: unknown, inLog: readonly string[], place: ErrorPlace): Checks {
  if (Array.isArray(source)) return compileChecks({ path: source }, inLog, place);
  if (typeof source === "object" && source !== null && "process" in source)
    return ofProcess(compileProcess(source, place), inLog);
  const parsed = file.safeParse(source);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    throw new HubError(
      "HUB-2410",
      `The file does not fit at ${issue?.path.join(".") || "its top"}: ${issue?.message ?? ""}.`,
      {
        disposition: "operator",
        place,
        remedy:
          unknown === undefined
            ? "Write `rules:` with a rule each, `path:` with a list of activities, or a file of config/processes."
            : suggest(unknown, Object.keys(file.shape)),
      },
    );
  }
  const { title, rules, path, paths, activities, ends } = parsed.data;
  const allowed = path === undefined ? paths : [path, ...paths];
  const terminal = typeof ends === "string" ? [ends] : ends;
  // The log's own spelling goes first, then what the file declares.
  const known = [...new Set([...inLog, ...activities, ...allowed.flat()])];
  const named = Array.isArray(rules) ? rules.map((text, i) => [`R${i + 1}`, text] as const) : Object.entries(rules);
  const read = named.map(([id, text]) => parseRule(id, text, { activities: known }, { ...place, path: `rules.${id}` }));
  const spelling = new Map(known.toReversed().map((activity) => [fold(activity), activity]));
  const spelled = (word: string): string => spelling.get(fold(word)) ?? word;
  const strange = terminal.find((word) => !spelling.has(fold(word)));
  if (strange !== undefined) {
    throw new HubError("HUB-2410", `No activity is called "${strange}", which is to end a case.`, {
      disposition: "operator",
      place: { ...place, path: "ends" },
      remedy: suggest(strange, known),
    });
  }
  return checks(
    title ?? "rules",
    read,
    allowed.map((each) => each.map(spelled)),
    terminal.map(spelled),
    spelling,
    inLog,
  );
}

function ofProcess(process: ProcessDefinition, inLog: readonly string[]): Checks {
  const spelling = new Map(inLog.map((activity) => [fold(activity), activity]));
  for (const activity of process.activities) spelling.set(fold(activity), activity);
  for (const [type, activity] of process.renamed) spelling.set(fold(type), activity);
  const ends = process.ends.map(({ activity }) => activity);
  const stages = process.stages.map((stage) => stage.until ?? stage.name);
  const [end] = ends;
  const linear = ends.length === 1 && end !== undefined && !stages.includes(end) ? [...stages, end] : stages;
  const paths = process.paths.length > 0 ? process.paths : linear.length === 0 ? [] : [linear];
  return checks(`${process.title} v${process.version}`, process.rules, paths, ends, spelling, inLog);
}

function checks(
  title: string,
  rules: readonly Rule[],
  paths: readonly (readonly string[])[],
  ends: readonly string[],
  spelling: ReadonlyMap<string, string>,
  inLog: readonly string[],
): Checks {
  const present = new Set(inLog.map((activity) => spelling.get(fold(activity)) ?? activity));
  const named = [...rules.flatMap(activitiesOf), ...paths.flat()];
  const notInLog = [...new Set(named)].filter((activity) => !present.has(activity));
  return { title, rules, paths, ends, spelling, notInLog };
}

function activitiesOf({ body }: Rule): readonly string[] {
  const other = "b" in body ? [body.b] : body.kind === "within" && body.of !== null ? [body.of] : [];
  return [body.a, ...other];
}
