import { applyAndReconcile } from "./apply/index.ts";
import type { ApplyReport, Refused } from "./apply/index.ts";
import type { Measurement } from "../kpis/index.ts";
import type { Handoff, Plan, UnmappedValue } from "../model/index.ts";
import type { RunContext } from "./context.ts";
import type { LinkReport } from "./link.ts";
import { measureStep } from "./measure/index.ts";
import type { Restatement } from "./measure/index.ts";
import { publishStep, writePages } from "./publish/index.ts";
import type { PublishOptions, PublishReport, WrittenPages } from "./publish/index.ts";
import type { PullReport } from "./pull/index.ts";
import { mapAndLink, pullStep } from "./read-all.ts";
import type { MappedReport } from "./read-all.ts";
import { retentionStep } from "./retention.ts";
import { reconcileStep } from "./reconcile.ts";

/** What one whole cycle came to. */
export interface CycleReport {
  readonly pull: PullReport;
  readonly map: MappedReport;
  readonly link: LinkReport;
  readonly handoffs: readonly Handoff[];
  /** What is proposed after what was approved has been carried out. */
  readonly plan: Plan;
  readonly apply: ApplyReport;
  /** Creations that the plan lacks because they cannot be made. */
  readonly refused: readonly Refused[];
  /** False when something that was approved is not done. */
  readonly applied: boolean;
  readonly measurement: Measurement;
  /** Published figures that the measurement found to be others. */
  readonly restatements: readonly Restatement[];
  readonly pages: WrittenPages;
  readonly publish: PublishReport;
  readonly unmapped: readonly (UnmappedValue & { readonly count: number })[];
  /** False when any stream, record or data source that was asked for is missing. */
  readonly complete: boolean;
}

/** The whole river once: pull, map, link, reconcile, plan, apply (what is approved), measure, publish. */
export async function runCycle(context: RunContext, files: PublishOptions): Promise<CycleReport> {
  const pull = await pullStep(context, { mode: "incremental" });
  const { map, link } = await mapAndLink(context);
  const reconciled = await reconcileStep(context);
  const {
    apply,
    handoffs,
    plan,
    refused,
    complete: applied,
  } = await applyAndReconcile(context, reconciled, pull, null);
  const { star, restatements, ...measurement } = await measureStep(context);
  try {
    const pages = await writePages(context, { star, ...measurement }, files.directory);
    const incomplete = pull.complete && map.complete ? null : "not everything could be read or mapped for this run";
    const publish = await publishStep(context, star, { ...files, incomplete });
    await retentionStep(context);
    return {
      pull,
      map,
      link,
      handoffs,
      plan,
      apply,
      refused,
      applied,
      measurement,
      restatements,
      pages,
      publish,
      unmapped: await context.store.mapping.unmapped(),
      complete: pull.complete && map.complete && applied && publish.problems.length === 0,
    };
  } finally {
    star.close();
  }
}
