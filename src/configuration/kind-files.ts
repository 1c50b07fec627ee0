import { HubError, toProblem } from "../model/index.ts";
import type { Problem } from "../model/index.ts";
import type { FileKind, KindContext, KindProblem } from "./file-kind.ts";
import { checkShape } from "./shape.ts";
import type { NodePath, YamlFile } from "./yaml-file.ts";

/** What the files of one kind came to, and where each identity stands. */
export interface KindFiles<Compiled> {
  readonly values: readonly Compiled[];
  readonly problems: readonly Problem[];
  readonly files: ReadonlyMap<string, YamlFile>;
}

/**
 * Checks and compiles all files of one kind; a file with problems gives no value, the others go on.
 * @param context null when what the files may refer to is not known: then only their shape is checked.
 * @param tests whether to run what the files expect of themselves, too.
 */
export function compileKind<Compiled>(
  kind: FileKind<Compiled>,
  files: readonly YamlFile[],
  context: Omit<KindContext, "placeOf"> | null,
  tests = false,
): KindFiles<Compiled> {
  const values: Compiled[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, YamlFile>();
  for (const yaml of files) {
    const shaped = checkShape(yaml, kind.schema, kind.shapeCode);
    problems.push(...shaped.problems);
    if (shaped.problems.length > 0 || context === null) continue;
    const here: KindContext = { ...context, placeOf: yaml.placeOf };
    const outcome = attempt(() => kind.compile(yaml.data, here));
    if ("thrown" in outcome) {
      problems.push(withLine(toProblem(outcome.thrown), yaml));
      continue;
    }
    const { value } = outcome;
    const tried =
      tests && value !== null && outcome.problems.length === 0 ? kind.runTests?.(yaml.data, value, here) : [];
    for (const problem of [...outcome.problems, ...(tried ?? [])]) problems.push(placed(problem, yaml));
    if (value === null) continue;
    const identity = kind.identityOf(value);
    if (seen.has(identity)) {
      problems.push({
        code: "HUB-2025",
        message: `Another file describes the ${kind.name} "${identity}", too.`,
        place: yaml.placeOf([]),
        remedy: "Give one of them another name or version.",
      });
    } else values.push(value);
    seen.set(identity, yaml);
  }
  for (const { identity, ...problem } of kind.checkTogether?.(values) ?? []) {
    const yaml = seen.get(identity);
    if (yaml !== undefined) problems.push(placed(problem, yaml));
  }
  return { values, problems, files: seen };
}

function placed({ path, offset, ...problem }: KindProblem, yaml: YamlFile): Problem {
  return { ...problem, place: yaml.placeOf(path, offset === undefined ? {} : { offset }) };
}

function attempt<T>(run: () => T): T | { readonly thrown: HubError } {
  try {
    return run();
  } catch (error) {
    if (error instanceof HubError) return { thrown: error };
    throw error;
  }
}

/** Rooms that know no lines name the path; here it finds its line. */
function withLine(problem: Problem, yaml: YamlFile): Problem {
  return { ...problem, place: { ...problem.place, ...yaml.placeOf(parsePath(problem.place.path ?? "")) } };
}

function parsePath(text: string): NodePath {
  return [...text.matchAll(/[^.[\]]+|\[\d+\]/gu)].map(([part]) =>
    /^\[\d+\]$/u.test(part) || /^\d+$/u.test(part) ? Number.parseInt(part.replace("[", ""), 10) : part,
  );
}
