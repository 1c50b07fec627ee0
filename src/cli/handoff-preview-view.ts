import type { Handoff } from "../model/index.ts";
import type { HandoffPreview } from "../sync/index.ts";
import { formatTable } from "./table.ts";

const SHOWN = 16;

/** Which handoffs would come out otherwise, why, and what that costs or saves. */
export function handoffPreviewText({ unchanged, moves, examples, before, after }: HandoffPreview): string {
  if (moves.length === 0) return `All ${count(unchanged)} handoffs would come out as they are.\n`;
  const changed = moves.reduce((sum, move) => sum + move.count, 0);
  return [
    `${count(changed)} of ${count(changed + unchanged)} handoffs would come out otherwise:\n`,
    formatTable(
      [
        { title: "contract" },
        { title: "is" },
        { title: "would be" },
        { title: "handoffs", align: "right" },
        { title: "money", align: "right" },
      ],
      moves.map((move) => [
        move.contract,
        move.before ?? "(none)",
        move.after ?? "(none)",
        count(move.count),
        count(Math.round(move.money)),
      ]),
    ),
    "For example:\n",
    ...examples
      .slice(0, SHOWN)
      .map(({ before: was, after: is }) =>
        [
          `  ${(is ?? was)?.id.slice(0, 12) ?? ""} ${(is ?? was)?.contract ?? ""}\n`,
          `    is        ${side(was)}\n`,
          `    would be  ${side(is)}\n`,
        ].join(""),
      ),
    change("Late or missing", before.moneyAtStake, after.moneyAtStake, "of the corporate currency"),
    change("Repairs", before.operations, after.operations, "operations"),
    change("Their cost", before.calls, after.calls, "calls"),
  ].join("");
}

function side(handoff: Handoff | null): string {
  if (handoff === null) return "no handoff";
  return `${handoff.historical ? "historical" : handoff.label}: ${handoff.because}`;
}

function change(what: string, before: number, after: number, unit: string): string {
  const difference = Math.round(after) - Math.round(before);
  const told = difference === 0 ? "as now" : `${difference > 0 ? "+" : "−"}${count(Math.abs(difference))}`;
  return `${what}: ${count(Math.round(after))} ${unit}, ${told}.\n`;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
