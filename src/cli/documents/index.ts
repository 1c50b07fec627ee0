import type { z } from "zod";
import { TruthSchema } from "../../sandbox/index.ts";
import { applyDocument, approveDocument, pauseDocument, writesDocument } from "./apply.ts";
import { certificateDocument } from "./certificate.ts";
import { checkDocument } from "./check.ts";
import { configCheckDocument, configSchemaDocument } from "./config.ts";
import { cycleDocument, measureDocument, publishDocument } from "./cycle.ts";
import { discoverDocument } from "./discover.ts";
import { estimateDocument } from "./estimate.ts";
import { explainDocument } from "./explain.ts";
import { explainKpiDocument } from "./explain-kpi.ts";
import { conflictsDecideDocument, conflictsDocument } from "./conflicts.ts";
import { handoffsDocument, handoffsTryDocument, handoffsWordDocument } from "./handoffs.ts";
import { hyperInstallDocument } from "./hyper.ts";
import { logCheckDocument, logExportDocument, logImportDocument, logListDocument, logStatsDocument } from "./log.ts";
import { configBindingsDocument } from "./names.ts";
import { matchDecisionDocument, matchListDocument } from "./match.ts";
import { planDocument } from "./plan.ts";
import { rejectsDocument, rejectsReplayDocument, rejectsShowDocument } from "./rejects.ts";
import { rehearsalDocument } from "./rehearsal.ts";
import { remapDocument } from "./remap.ts";
import { reportDocument } from "./report.ts";
import { sandboxDocument } from "./sandbox.ts";
import { syncDocument } from "./sync.ts";

/**
 * Every document the command line writes, by the name of its schema under docs/cli/: the verb's words joined by a
 * hyphen. `truth` is the file of `hub sandbox --truth`.
 */
export const CLI_DOCUMENTS: Readonly<Record<string, { readonly title: string; readonly schema: z.ZodType }>> = {
  apply: { title: "hub apply HASH --json", schema: applyDocument },
  approve: { title: "hub approve HASH --json", schema: approveDocument },
  certificate: { title: "hub certificate --json", schema: certificateDocument },
  check: { title: "hub check --json", schema: checkDocument },
  "config-bindings": { title: "hub config bindings [--accept [NAME…]] --json", schema: configBindingsDocument },
  "config-check": { title: "hub config check --json", schema: configCheckDocument },
  "config-schema": { title: "hub config schema --json", schema: configSchemaDocument },
  conflicts: { title: "hub conflicts --json", schema: conflictsDocument },
  "conflicts-decide": { title: "hub conflicts decide HANDOFF FIELD --json", schema: conflictsDecideDocument },
  demo: { title: "hub demo --json", schema: cycleDocument },
  discover: { title: "hub discover CONNECTION [STREAM] --json", schema: discoverDocument },
  explain: { title: "hub explain ID --json", schema: explainDocument },
  "explain-kpi": { title: "hub explain kpi:NAME --json", schema: explainKpiDocument },
  handoffs: { title: "hub handoffs --json", schema: handoffsDocument },
  "handoffs-resume": { title: "hub handoffs resume ID --json", schema: handoffsWordDocument },
  "handoffs-snooze": { title: "hub handoffs snooze ID --json", schema: handoffsWordDocument },
  "handoffs-try": { title: "hub handoffs try ID --json", schema: handoffsTryDocument },
  "handoffs-waive": { title: "hub handoffs waive ID --json", schema: handoffsWordDocument },
  "hyper-install": { title: "hub hyper install --json", schema: hyperInstallDocument },
  "log-check": { title: "hub log check NAME --json", schema: logCheckDocument },
  "log-export": { title: "hub log export NAME|--hub --json", schema: logExportDocument },
  "log-import": { title: "hub log import FILE --name NAME --json", schema: logImportDocument },
  "log-list": { title: "hub log list --json", schema: logListDocument },
  "log-stats": { title: "hub log stats NAME --json", schema: logStatsDocument },
  measure: { title: "hub measure --json", schema: measureDocument },
  "match-confirm": { title: "hub match confirm A B --json", schema: matchDecisionDocument },
  "match-list": { title: "hub match list --json", schema: matchListDocument },
  "match-reject": { title: "hub match reject A B --json", schema: matchDecisionDocument },
  plan: { title: "hub plan --json", schema: planDocument },
  "plan-rehearse": { title: "hub plan --rehearse --json", schema: rehearsalDocument },
  publish: { title: "hub publish --json", schema: publishDocument },
  rejects: { title: "hub rejects --json", schema: rejectsDocument },
  "rejects-replay": { title: "hub rejects replay [ID…] --json", schema: rejectsReplayDocument },
  "rejects-show": { title: "hub rejects show ID --json", schema: rejectsShowDocument },
  remap: { title: "hub remap [--dry-run] --json", schema: remapDocument },
  report: { title: "hub report --json", schema: reportDocument },
  run: { title: "hub run --json", schema: cycleDocument },
  sandbox: { title: "First line of hub sandbox --json", schema: sandboxDocument },
  sync: { title: "hub sync --json", schema: syncDocument },
  "sync-estimate": { title: "hub sync --estimate --json", schema: estimateDocument },
  undo: { title: "hub undo HASH --json", schema: planDocument },
  writes: { title: "hub writes --json", schema: writesDocument },
  "writes-pause": { title: "hub writes pause --json", schema: pauseDocument },
  "writes-resume": { title: "hub writes resume --json", schema: pauseDocument },
  truth: { title: "hub sandbox --truth FILE", schema: TruthSchema },
};
