import { HubError, toProblem } from "../model/index.ts";
import type { Problem } from "../model/index.ts";
import type { FileKind, KindContext } from "./file-kind.ts";
import { checkShape } from "./shape.ts";
import type { NodePath, YamlFile } from "./yaml-file.ts";

/**
 * Checks and compiles all files of one kind; a file with problems gives no value, the others go on.
 * @param context null when what the files may refer to is not known: then only their shape is checked.
 */
export function compileKind<Compiled>(
  kind: FileKind<Compiled>,
  files: readonly YamlFile[],
  context: Omit<KindContext, "placeOf"> | null,
): { readonly values: readonly Compiled[]; readonly problems: readonly Problem[] } {
  const values: Compiled[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const yaml of files) {
    const shaped = checkShape(yaml, kind.schema, kind.shapeCode);
    problems.push(...shaped.problems);
    if (shaped.problems.length > 0 || context === null) continue;
    const outcome = attempt(() => kind.compile(yaml.data, { ...context, placeOf: yaml.placeOf }));
    if ("thrown" in outcome) {
      problems.push(withLine(toProblem(outcome.thrown), yaml));
      continue;
    }
    for (const { path, offset, ...problem } of outcome.problems) {
      problems.push({ ...problem, place: yaml.placeOf(path, offset === undefined ? {} : { offset }) });
    }
    if (outcome.value === null) continue;
    const identity = kind.identityOf(outcome.value);
    if (seen.has(identity)) {
      problems.push({
        code: "HUB-2025",
        message: `Another file describes the ${kind.name} "${identity}", too.`,
        place: yaml.placeOf([]),
        remedy: "Give one of them another name or version.",
      });
    } else values.push(outcome.value);
    seen.add(identity);
  }
  return { values, problems };
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
