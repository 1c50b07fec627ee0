import { toIso } from "../../model/index.ts";
import { decidedAsOf, previewHandoffs, previewRemap, remapStep } from "../../sync/index.ts";
import type { RemapPreview, RemapReport } from "../../sync/index.ts";
import { remapDocument } from "../documents/remap.ts";
import { writeDocument } from "../documents/write.ts";
import { onCopiedStore } from "../copied-store.ts";
import { toHandoffPreviewPart } from "../documents/handoff-preview.ts";
import { handoffPreviewText } from "../handoff-preview-view.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, openLook } from "../look.ts";
import { createProgressView } from "../progress-view.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

export interface RemapVerbOptions extends GlobalOptions {
  readonly dryRun: boolean;
}

/** Maps all stored records again; 3 when one of them was rejected. */
export async function remapVerb(machine: Machine, options: RemapVerbOptions): Promise<number> {
  return options.dryRun ? preview(machine, options) : remap(machine, options);
}

async function remap(machine: Machine, options: GlobalOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result, runId } = await hub.run("remap", async (context) => {
      const report = await remapStep(context);
      const { mapped, rejected } = report.map;
      return {
        answer: report,
        complete: report.map.complete,
        summary: { mapped, rejected },
      };
    });
    const { map, link } = result.answer;
    const { alarms: _alarms, names: _names, complete: _complete, ...counts } = map;
    if (options.json) {
      writeDocument(machine.terminal, remapDocument, {
        dryRun: false,
        asOf: toIso(hub.asOf),
        run: runId,
        ...counts,
        references: link.references,
        people: link.people,
        unresolved: link.unresolved.map((each) => ({ ...each })),
      });
    } else machine.terminal.out(remapText(result.answer));
    return result.complete ? EXIT.complete : EXIT.incomplete;
  } finally {
    await hub.close();
  }
}

async function preview(machine: Machine, options: GlobalOptions): Promise<number> {
  const context = await openLook(machine, options);
  const view = createProgressView(machine.terminal, { quiet: options.quiet, wallNow: machine.wallNow });
  try {
    const found = await previewRemap({ ...context, progress: view.listener });
    const decided = await decidedAsOf(context.store);
    const handoffs =
      decided === null
        ? null
        : await onCopiedStore(machine, context, { now: () => decided }, view.listener, previewHandoffs);
    view.finish();
    if (options.json) {
      const { types, examples, rejects, unmapped, ...counts } = found;
      writeDocument(machine.terminal, remapDocument, {
        dryRun: true,
        asOf: toIso(context.asOf),
        ...counts,
        changes: types.map((type) => ({ ...type })),
        examples: examples.map((example) => ({ ...example, differences: [...example.differences] })),
        rejects: rejects.map(({ problem, count }) => ({ problem: { ...problem }, count })),
        unmapped: unmapped.map((value) => ({ ...value })),
        handoffs: handoffs === null ? null : toHandoffPreviewPart(handoffs),
      });
    } else {
      machine.terminal.out(previewText(found, machine.directory));
      if (handoffs !== null) machine.terminal.out(handoffPreviewText(handoffs));
    }
    return EXIT.complete;
  } finally {
    view.finish();
    await context.store.close();
  }
}

function remapText({ map, link }: RemapReport): string {
  return [
    `${count(map.mapped)} entities mapped to ${count(map.objects)} objects and ${count(map.events)} events.\n`,
    map.rejected === 0 ? "" : `${count(map.rejected)} records were rejected: hub rejects.\n`,
    ...link.unresolved.map(
      ({ type, reference, count: n }) =>
        `${count(n)} references ${type}.${reference} lead to nothing that is stored.\n`,
    ),
    "Handoffs are as last decided; `hub plan` or `hub run` decides them anew.\n",
  ].join("");
}

function previewText(preview: RemapPreview, directory: string): string {
  const { entities, pending, types, examples, rejects, unmapped } = preview;
  const moving = types.filter(({ added, changed, removed }) => added + changed + removed > 0);
  const rows = moving.map(({ kind, type, added, changed, removed, unchanged }) => [
    kind === "object" ? type : `events of ${type}`,
    ...[added, changed, removed, unchanged].map(count),
  ]);
  const numbers = ["added", "changed", "removed", "unchanged"].map((title) => ({ title, align: "right" as const }));
  return [
    `${count(entities)} entities mapped, nothing stored.\n`,
    pending === 0 ? "" : `${count(pending)} of them wait for a mapping anyway.\n`,
    rows.length === 0 ? "" : formatTable([{ title: "type" }, ...numbers], rows),
    examples.length === 0 ? "A remap would change nothing.\n" : "For example:\n",
    ...examples.map(({ kind, change, id, differences }) =>
      [
        `  ${change} ${kind} ${id}\n`,
        ...differences.map(
          ({ path, before, after }) => `    ${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}\n`,
        ),
      ].join(""),
    ),
    ...rejects.map(
      ({ problem, count: n }) =>
        `${count(n)} records would be rejected, such as:\n${formatProblems(directory, [problem])}`,
    ),
    ...unmapped.map(
      ({ mapping, field, value, before, after }) =>
        `Unmapped in ${mapping}: ${field} "${value}" ${count(after)} times instead of ${count(before)}.\n`,
    ),
  ].join("");
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
