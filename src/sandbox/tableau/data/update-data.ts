import { datasourceOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import type { Datasource } from "../content/published.ts";
import { countCall } from "../site/hourly-limits.ts";
import { jobAccepted, queueJob } from "../site/jobs.ts";
import { consumeUpload, discardUpload } from "../site/uploads.ts";
import type { Job, Upload } from "../state.ts";
import { element, textElement } from "../wire/element.ts";
import { badRequest, notFound, publishFailed, TableauError } from "../wire/errors.ts";
import { readActions } from "./actions.ts";
import type { Action } from "./actions.ts";
import { applyActions } from "./apply-actions.ts";
import { changeExtract } from "./change-extract.ts";

const DAY_MS = 86_400_000;

/**
 * `PATCH /datasources/{id}/data` and `…/connections/{cid}/data` (reference tableau.md §3.6): 202 with a job that says
 * what came of it. A RequestID seen within a day is answered with its first job, whatever became of that. Needs the
 * Hyper engine; without one the feature is switched off (403157).
 */
export async function updateData(call: SiteCall): Promise<Reply> {
  const datasource = datasourceOf(call);
  const connectionId = call.path["connection"] ?? datasource.connectionId;
  if (connectionId !== datasource.connectionId) throw notFound("404000", `Connection '${connectionId}'`);
  requireFeature(call);
  const requestId = call.request.headers.get("requestid") ?? "";
  if (requestId === "") throw badRequest("The header RequestID is required.");
  const earlier = jobOfRequest(call, requestId);
  if (earlier !== undefined) return jobAccepted(call, earlier);

  countCall(call, "publishes");
  const actions = readActions(await call.request.text());
  const sessionId = call.query.get("uploadSessionId");
  if (sessionId === null && actions.some((action) => action["source-table"] !== undefined)) {
    throw badRequest("Actions that name a source-table need the parameter uploadSessionId.");
  }
  const upload = sessionId === null ? undefined : consumeUpload(call, sessionId);
  const job = await queueJob(call, {
    type: "UpdateUploadedFile",
    title: datasource.name,
    work: () => carryOut(call, datasource, actions, upload),
    child: (notes) =>
      element("updateUploadedFileJob", {}, [
        element("datasource", { id: datasource.id, name: datasource.name }),
        textElement("connectionLuid", datasource.connectionId),
        textElement("notes", notes),
      ]),
  });
  call.site.updates.set(requestId, { jobId: job.id, at: call.state.environment.clock.now() });
  return jobAccepted(call, job);
}

function requireFeature(call: SiteCall): void {
  if (call.settings.dataUpdates && call.engine.available) return;
  const why = call.engine.available
    ? "It is switched off."
    : "The sandbox has no Hyper engine: start it with HUB_HYPERD naming one, after `hub hyper install`.";
  throw new TableauError("403157", "Feature Disabled", `Data of extracts cannot be updated here. ${why}`);
}

function jobOfRequest(call: SiteCall, requestId: string): Job | undefined {
  const known = call.site.updates.get(requestId);
  if (known === undefined || known.at + DAY_MS <= call.state.environment.clock.now()) return undefined;
  return call.site.jobs.get(known.jobId);
}

async function carryOut(
  call: SiteCall,
  datasource: Datasource,
  actions: readonly Action[],
  upload: Upload | undefined,
): Promise<void> {
  try {
    if (!call.site.datasources.has(datasource.id)) throw notFound("404004", `Data source '${datasource.id}'`);
    if (upload !== undefined && upload.bytes > call.settings.updateBytes) {
      throw publishFailed(`An update of data may bring at most ${call.settings.updateBytes} bytes.`);
    }
    await changeExtract(call, datasource, upload?.file, (engine, sides) => applyActions(engine, actions, sides));
  } finally {
    if (upload !== undefined) await discardUpload(upload);
  }
}
