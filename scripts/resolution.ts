// Measures entity resolution on labelled books of the sample company, and the doubles among its accounts: `npm run resolution -- --seeds 1,2,3 --scale 1`.
// `--accept`, `--margin`, `--queue` try other thresholds; `--estimate` prints the chances that the labels show, with
// `--unlabelled` those that expectation maximisation finds without them.
// Ends with 1 below a precision of 0.98 or a recall of 0.90.
import { parseArgs } from "node:util";
import { COMPANIES, CONTACTS, estimateChances, refineChances, THRESHOLDS } from "../src/matching/index.ts";
import type { Chances } from "../src/matching/index.ts";
import { createLabelledBooks } from "../src/sandbox/index.ts";
import { labelledComparisons, measureDoubles, measureResolution } from "../test/support/resolution.ts";
import type { LabelledComparison, NoiseOutcome, ResolutionOutcome } from "../test/support/resolution.ts";

const LEAST = { precision: 0.98, recall: 0.9 };
const AS_OF = Date.parse("2026-11-02T11:00:00Z");
const WRONG_SHOWN = 10;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3" },
    scale: { type: "string", default: "1" },
    accept: { type: "string" },
    margin: { type: "string" },
    queue: { type: "string" },
    estimate: { type: "boolean", default: false },
    unlabelled: { type: "boolean", default: false },
  },
});
const thresholds = {
  accept: Number(values.accept ?? THRESHOLDS.accept),
  margin: Number(values.margin ?? THRESHOLDS.margin),
  queue: Number(values.queue ?? THRESHOLDS.queue),
};
const seeds = values.seeds.split(",").map(Number);
const books = seeds.map((seed) => createLabelledBooks({ seed, scale: Number(values.scale), asOf: AS_OF }));

if (values.estimate) estimate();
else measure();

function measure(): void {
  line(["seed", "of", "pairs", "accepted", "right", "precision", "recall", "seconds"]);
  const between: ResolutionOutcome[] = [];
  const within: ResolutionOutcome[] = [];
  for (const [index, labelled] of books.entries()) {
    const seed = seeds[index] ?? 0;
    between.push(timed(seed, "two books", () => measureResolution(labelled, { thresholds })));
    within.push(timed(seed, "accounts", () => measureDoubles(labelled.accounts, { thresholds })));
  }
  const outcomes = [...between, ...within];
  process.stdout.write("\n");
  process.stdout.write(`${["what", "noise", "pairs", "taken", "to a person"].map(pad).join("")}\n`);
  for (const { type, same, noise, pairs, accepted, queued } of together(outcomes)) {
    const cells = [
      `${same ? "same" : "other"} ${type}`,
      noise,
      String(pairs),
      share(accepted, pairs),
      share(queued, pairs),
    ];
    process.stdout.write(`${cells.map(pad).join("")}\n`);
  }
  const total = (of: (outcome: ResolutionOutcome) => number): number =>
    outcomes.reduce((sum, each) => sum + of(each), 0);
  const right = total((each) => each.right);
  process.stdout.write(
    `\nprecision ${share(
      right,
      total((each) => each.accepted),
    )}, recall ${share(
      right,
      total((each) => each.matches),
    )}, blocks skipped ${String(total((each) => each.skippedBlocks))}\n`,
  );
}

/** Measures, tells it, and sets the exit code where it is not good enough. */
function timed(seed: number, what: string, of: () => ResolutionOutcome): ResolutionOutcome {
  const startedAt = performance.now();
  const outcome = of();
  const seconds = (performance.now() - startedAt) / 1000;
  const { matches, accepted, right, wrong } = outcome;
  line([seed, what, matches, accepted, right, share(right, accepted), share(right, matches), seconds.toFixed(1)]);
  for (const each of wrong.slice(0, WRONG_SHOWN)) process.stdout.write(`  wrong: ${each}\n`);
  if (!(right / accepted >= LEAST.precision && right / matches >= LEAST.recall)) process.exitCode = 1;
  return outcome;
}

function together(all: readonly ResolutionOutcome[]): readonly NoiseOutcome[] {
  const groups = Map.groupBy(
    all.flatMap(({ outcomes }) => outcomes),
    ({ type, same, noise }) => `${type} ${String(!same)} ${noise}`,
  );
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, outcomes]) => {
      const [first] = outcomes;
      const sum = (of: (outcome: NoiseOutcome) => number): number => outcomes.reduce((n, each) => n + of(each), 0);
      if (first === undefined) return [];
      return [
        {
          ...first,
          pairs: sum((each) => each.pairs),
          accepted: sum((each) => each.accepted),
          queued: sum((each) => each.queued),
        },
      ];
    });
}

function estimate(): void {
  const compared = books.map(labelledComparisons);
  const pool = (type: "company" | "contact"): readonly LabelledComparison[] => compared.flatMap((each) => each[type]);
  const chancesOf = (type: "company" | "contact", known: Chances): Chances => {
    const pairs = pool(type);
    if (!values.unlabelled) return estimateChances(pairs, known);
    const matches = pairs.reduce((sum, { match }) => sum + match, 0);
    return refineChances(
      pairs.map(({ agreements }) => agreements),
      known,
      matches / pairs.length,
    );
  };
  const chances = { company: chancesOf("company", COMPANIES.chances), contact: chancesOf("contact", CONTACTS.chances) };
  for (const [type, fields] of Object.entries(chances)) {
    for (const [field, levels] of Object.entries(fields)) {
      for (const [level, { m, u }] of Object.entries(levels)) {
        process.stdout.write(`${[type, field, level, m.toPrecision(3), u.toPrecision(3)].map(pad).join("")}\n`);
      }
    }
  }
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : (part / whole).toFixed(4);
}

function pad(text: string, at: number): string {
  return text.padEnd(at === 1 ? 34 : 16);
}

function line(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(10)).join("")}\n`);
}
