import { withWaivers } from "../../handoffs/index.ts";
import { toIso } from "../../model/index.ts";
import type { Handoff } from "../../model/index.ts";
import { currentWaivers } from "../../sync/index.ts";
import { handoffsDocument, toHandoffPart } from "../documents/handoffs.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions, OpenHub } from "../hub.ts";
import { inZone, localTime } from "../local-time.ts";
import { formatMoney } from "../money.ts";
import { nameOf } from "../plan-view.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

export interface HandoffsVerbOptions extends GlobalOptions {
  readonly contract?: string;
  readonly all: boolean;
}

/** Lists the stored states: what needs somebody first; with `--all` what is fine and what is historical, too. */
export async function handoffsVerb(machine: Machine, options: HandoffsVerbOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const stored = await hub.store.handoffs.handoffs(options.contract);
    const handoffs = withWaivers(stored, await currentWaivers(hub.store, hub.asOf)).toSorted(byUrgency);
    if (options.json) {
      writeDocument(machine.terminal, handoffsDocument, {
        asOf: toIso(hub.asOf),
        handoffs: handoffs.map(toHandoffPart),
      });
      return EXIT.complete;
    }
    if (handoffs.length === 0) {
      machine.terminal.out(
        "No handoff has been decided yet: `hub plan` or `hub run` does that from what `hub sync` read.\n",
      );
      return EXIT.complete;
    }
    const shown = options.all ? handoffs : handoffs.filter(needsSomebody);
    machine.terminal.out(listText(shown, hub));
    machine.terminal.out(
      `${String(shown.length)} of ${String(handoffs.length)} handoffs${options.all ? "" : "; --all shows the rest"}\n`,
    );
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

function listText(handoffs: readonly Handoff[], { configuration }: OpenHub): string {
  const { zone, money } = configuration;
  return formatTable(
    [
      { title: "id" },
      { title: "for" },
      { title: "contract" },
      { title: "state" },
      { title: "label" },
      { title: "due" },
      { title: "at stake", align: "right" },
      { title: "why" },
    ],
    handoffs.map((handoff) => [
      handoff.id.slice(0, 10),
      nameOf(handoff),
      handoff.contract,
      handoff.historical ? "historical" : handoff.plain,
      handoff.historical ? "" : handoff.label,
      handoff.dueAt === null ? "" : localTime(handoff.dueAt, zone),
      handoff.money?.corporate == null ? "" : formatMoney(handoff.money.corporate, money.corporate),
      `${inZone(handoff.because, zone)}${waiverText(handoff, zone)}`,
    ]),
  );
}

function waiverText({ waiver }: Handoff, zone: string): string {
  if (waiver === null) return "";
  const until = waiver.until === null ? "" : ` until ${localTime(waiver.until, zone)}`;
  return ` ${waiver.by} leaves it alone${until}: ${waiver.reason}`;
}

function needsSomebody(handoff: Handoff): boolean {
  return !handoff.historical && handoff.plain !== "fine" && handoff.plain !== "ignored";
}

const URGENCY = ["needs your decision", "late or missing", "waiting", "fine", "ignored"] as const;

/** What needs somebody first; of these what was escalated, then what is worth most, then what is due first. */
function byUrgency(a: Handoff, b: Handoff): number {
  const rank = ({ historical, plain }: Handoff): number => (historical ? URGENCY.length : URGENCY.indexOf(plain));
  const told = ({ escalation }: Handoff): number => (escalation === undefined ? 1 : 0);
  const due = ({ dueAt }: Handoff): number => dueAt ?? Number.MAX_SAFE_INTEGER;
  return (
    rank(a) - rank(b)
    || told(a) - told(b)
    || (b.money?.corporate ?? 0) - (a.money?.corporate ?? 0)
    || due(a) - due(b)
    || (a.id < b.id ? -1 : 1)
  );
}
