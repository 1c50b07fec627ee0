import { relative } from "node:path";
import { handoffKind } from "../../configuration/index.ts";
import { conflictKey, conflictRule } from "../../handoffs/index.ts";
import { HubError, toIso } from "../../model/index.ts";
import type { Canonical, FieldComparison, Handoff, StoredConflictDecision, ValueChange } from "../../model/index.ts";
import { findPerson } from "../../sync/index.ts";
import { canonicalText, namesByAccount } from "../canonical-text.ts";
import type { Names } from "../canonical-text.ts";
import { decideAlways } from "../contract-edit.ts";
import { conflictsDecideDocument, conflictsDocument } from "../documents/conflicts.ts";
import { plainJson } from "../documents/handoffs.ts";
import { isoOrNull } from "../documents/parts.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { findHandoff } from "../find-handoff.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { localTime } from "../local-time.ts";
import { nameOf } from "../plan-view.ts";
import { replaceFile } from "../replace-file.ts";
import type { Machine } from "../terminal.ts";

/** Lists the fields that wait for somebody to say which side holds, with both values, times and people. */
export async function conflictsVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const handoffs = await hub.store.handoffs.handoffs();
    const waiting = openFields(handoffs, await hub.store.handoffs.conflictDecisions());
    const people = namesByAccount(await hub.store.model.actors());
    if (options.json) {
      writeDocument(machine.terminal, conflictsDocument, {
        asOf: toIso(hub.asOf),
        conflicts: waiting.map((open) => toPart(open, people)),
      });
    } else if (waiting.length === 0) machine.terminal.out("No field waits for a decision.\n");
    else {
      const { zone } = hub.configuration;
      machine.terminal.out(waiting.map((open) => conflictText(open, people, zone)).join("\n"));
      machine.terminal.out(
        `\n${String(waiting.length)} ${waiting.length === 1 ? "field waits" : "fields wait"} for a decision.\n`,
      );
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

export interface DecideConflictOptions extends GlobalOptions {
  readonly take: "source" | "target";
  readonly by: string;
  readonly reason: string;
  readonly always: boolean;
  /** Writes the line of `always` into the contract. */
  readonly write: boolean;
}

/**
 * Records which side of a field holds; the next plan proposes the write. With `write` the contract says so from now on:
 * when that would not hold, nothing is recorded either.
 */
export async function decideConflictVerb(
  machine: Machine,
  id: string,
  field: string,
  options: DecideConflictOptions,
): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const handoff = findHandoff(await hub.store.handoffs.handoffs(), id);
    const open = handoff.comparisons.filter(waits).map((comparison) => comparison.field);
    if (!open.includes(field)) {
      throw new HubError("HUB-4011", `The field "${field}" of ${handoff.id.slice(0, 10)} waits for no decision.`, {
        disposition: "operator",
        remedy:
          open.length === 0 ? "`hub conflicts` lists those that do." : `Of this handoff these do: ${open.join(", ")}.`,
      });
    }
    const { take, reason } = options;
    const by = findPerson(hub.configuration, options.by);
    const edit = options.write ? await decideAlways(hub.configuration, handoff.contract, field, take) : null;
    await hub.run("decide", async ({ store, fence, dependencies }) => {
      const at = dependencies.clock.now();
      await store.handoffs.recordConflictDecision(fence, { handoffId: handoff.id, field, take, by, at, reason });
      return { answer: null, complete: true, summary: { handoff: handoff.id, field, take } };
    });
    const contract = hub.configuration.compiled(handoffKind).find(({ name }) => name === handoff.contract);
    const compared = contract?.fields.find(({ name }) => name === field);
    const line = (options.always || options.write) && compared !== undefined ? conflictRule(compared, take) : null;
    if (edit !== null) await replaceFile(edit.file, edit.text);
    const written = edit === null ? null : relative(machine.directory, edit.file);
    if (options.json) {
      writeDocument(machine.terminal, conflictsDecideDocument, {
        handoff: handoff.id,
        field,
        take,
        by,
        reason,
        rule: line === null ? null : { contract: handoff.contract, line, written },
      });
    } else {
      machine.terminal.out(`${field} of ${nameOf(handoff)}: the ${take} holds; \`hub plan\` proposes the write.\n`);
      if (written !== null) {
        machine.terminal.out(`${written} decides it so from now on; the next run goes by it.\n`);
      } else if (line !== null) {
        machine.terminal.out(
          `To decide it so from now on, write this under \`fields:\` of the contract ${handoff.contract}:\n  ${line}\n`,
        );
      }
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

interface OpenField {
  readonly handoff: Handoff;
  readonly comparison: FieldComparison;
}

function waits({ equal, resolution }: FieldComparison): boolean {
  return !equal && resolution === null;
}

/** Those of stored handoffs that nobody has decided since. */
function openFields(handoffs: readonly Handoff[], decisions: readonly StoredConflictDecision[]): readonly OpenField[] {
  const decided = new Map(decisions.map((decision) => [conflictKey(decision.handoffId, decision.field), decision.at]));
  return handoffs
    .filter(({ waiver }) => waiver === null)
    .flatMap((handoff) =>
      handoff.comparisons
        .filter(waits)
        .filter(({ field, sourceChanged, targetChanged }) => {
          const at = decided.get(conflictKey(handoff.id, field));
          return at === undefined || at < Math.max(sourceChanged?.at ?? 0, targetChanged?.at ?? 0);
        })
        .map((comparison) => ({ handoff, comparison })),
    );
}

function toPart({ handoff, comparison }: OpenField, people: Names) {
  const { field, change, base = null, source, target } = comparison;
  return {
    handoff: handoff.id,
    contract: handoff.contract,
    name: nameOf(handoff),
    field,
    kind: change === "conflict" ? ("conflict" as const) : ("first_sync" as const),
    agreed: plainJson(base),
    source: toSide(handoff.sourceKey, source, comparison.sourceChanged, people),
    target: toSide(handoff.targetKey, target, comparison.targetChanged, people),
    decide: commandOf({ handoff, comparison }),
  };
}

function toSide(key: string | null, value: Canonical, changed: ValueChange | undefined, people: Names) {
  return {
    record: key ?? "",
    value: plainJson(value),
    shown: shown(key, value, people),
    changedAt: isoOrNull(changed?.at ?? null),
    changedBy: changed?.by ?? null,
  };
}

function conflictText({ handoff, comparison }: OpenField, people: Names, zone: string): string {
  const { field, change, base, source, target, sourceChanged, targetChanged } = comparison;
  const line = (side: string, key: string | null, value: Canonical, changed: ValueChange | undefined): string =>
    `    ${side}  ${shown(key, value, people)}${changeText(changed, zone)}  (${key ?? ""})\n`;
  const agreed =
    base === undefined ? "they never agreed as far as the hub knows" : `agreed on ${agreedText(base)} before`;
  return [
    `${handoff.id.slice(0, 10)} ${handoff.contract}, ${nameOf(handoff)}: ${field} ${change === "conflict" ? "was changed on both sides" : "differs"}; ${agreed}\n`,
    line("source", handoff.sourceKey, source, sourceChanged),
    line("target", handoff.targetKey, target, targetChanged),
    `    ${commandOf({ handoff, comparison })}\n`,
  ].join("");
}

/** A base names persons by their id in people.yaml. */
function agreedText(base: Canonical): string {
  return canonicalText(base, "", new Map());
}

function shown(key: string | null, value: Canonical, people: Names): string {
  return canonicalText(value, key?.split("/")[0] ?? "", people);
}

function changeText(changed: ValueChange | undefined, zone: string): string {
  if (changed === undefined || changed.at === null) return ", since when is not known";
  return `, since ${localTime(changed.at, zone)}${changed.by === null ? "" : ` by ${changed.by}`}`;
}

function commandOf({ handoff, comparison }: OpenField): string {
  return `hub conflicts decide ${handoff.id.slice(0, 10)} ${quoted(comparison.field)} --take source|target --by NAME --reason WHY`;
}

function quoted(word: string): string {
  return /^[\w.-]+$/u.test(word) ? word : `'${word}'`;
}
