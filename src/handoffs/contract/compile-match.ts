import { ALIKE_CHANCES } from "./alike-chances.ts";
import { checkAttribute, known } from "./problems.ts";
import type { Report, TypeWords } from "./problems.ts";
import type { Likeness, MatchRules, Pair, SourceName } from "./contract.ts";
import { parseSpan } from "./durations.ts";
import { THRESHOLDS, withChances } from "../../matching/index.ts";
import type { HandoffFile } from "./schema.ts";

interface Sides {
  readonly sourceType: string;
  readonly targetType: string;
  readonly source: TypeWords | undefined;
  readonly target: TypeWords | undefined;
  readonly report: Report;
}

type Taking = Pick<MatchRules, "accept" | "margin" | "queue" | "tieBreaks" | "chances">;

/** Sorts the lines of `match:` into links, keys and likenesses. */
export function compileMatch(rungs: HandoffFile["match"], sides: Sides): MatchRules {
  const linkFromTarget: string[] = [];
  const linkFromSource: string[] = [];
  const keys: (readonly Pair[])[] = [];
  const likenesses: Likeness[] = [];
  let within = 0;
  let taking: Taking = {
    accept: null,
    margin: THRESHOLDS.margin,
    queue: THRESHOLDS.queue,
    tieBreaks: [],
    chances: ALIKE_CHANCES,
  };
  for (const [index, rung] of rungs.entries()) {
    if ("link" in rung) {
      const own = rung.link.startsWith(`${sides.sourceType}.`);
      const attribute = own ? rung.link.slice(sides.sourceType.length + 1) : rung.link;
      const [words, type] = own ? [sides.source, sides.sourceType] : [sides.target, sides.targetType];
      checkAttribute(["match", index, "link"], attribute, words, type, sides.report);
      (own ? linkFromSource : linkFromTarget).push(attribute);
    } else if ("same" in rung) {
      keys.push(rung.same.map((text, at) => readPair(text, ["match", index, "same", at], sides)));
    } else {
      const { reference, company, text, accept, margin, queue, tie_break, chances } = rung.alike;
      taking = {
        accept: accept ?? null,
        margin,
        queue,
        tieBreaks: tie_break,
        chances: withChances(ALIKE_CHANCES, chances),
      };
      if (reference !== undefined) likenesses.push({ kind: "reference", reference });
      if (company !== undefined) likenesses.push(readNames("company", company, index, sides));
      if (text !== undefined) likenesses.push(readNames("text", text, index, sides));
      const span = parseSpan(rung.alike.within);
      if (span?.kind !== "clock") {
        sides.report(
          ["match", index, "alike", "within"],
          "HUB-2205",
          `"${rung.alike.within}" is no length of clock time.`,
          "Write 60 days.",
        );
      } else within = Math.max(within, span.ms);
    }
  }
  return { linkFromTarget, linkFromSource, keys, likenesses, within, ...taking };
}

function readPair(text: string, path: readonly (string | number)[], sides: Sides): Pair {
  const [ours = "", theirs = ours] = text.split("=").map((part) => part.trim());
  checkAttribute(path, ours, sides.source, sides.sourceType, sides.report);
  checkAttribute(path, theirs, sides.target, sides.targetType, sides.report);
  return { ours, theirs };
}

function readNames(kind: "company" | "text", text: string, index: number, sides: Sides): Likeness {
  const path = ["match", index, "alike", kind];
  const [left = "", ours = left] = text.split("=").map((part) => part.trim());
  const theirs = left.split(/\s+or\s+/u);
  for (const attribute of theirs) checkAttribute(path, attribute, sides.target, sides.targetType, sides.report);
  return { kind, theirs, ours: readSourceName(ours, path, sides) };
}

function readSourceName(text: string, path: readonly (string | number)[], sides: Sides): SourceName {
  const [first = "", second] = text.split(".");
  if (second === undefined) {
    checkAttribute(path, first, sides.source, sides.sourceType, sides.report);
    return { reference: null, attribute: first };
  }
  if (sides.source !== undefined && !sides.source.references.includes(first)) {
    sides.report(
      path,
      "HUB-2203",
      `Objects of the type ${sides.sourceType} have no reference "${first}".`,
      known(sides.source.references),
    );
  }
  return { reference: first, attribute: second };
}
