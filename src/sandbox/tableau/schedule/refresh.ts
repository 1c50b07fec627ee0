import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { bodyOf, publishedOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { readPackage } from "../content/package.ts";
import type { PublishedItem, Revision } from "../content/published.ts";
import { countCall } from "../site/hourly-limits.ts";
import { jobAccepted, queueJob } from "../site/jobs.ts";
import { laterStamp } from "../state.ts";
import { element, textElement } from "../wire/element.ts";
import { publishFailed, TableauError } from "../wire/errors.ts";

const JOB_TYPE = "RefreshExtract";

/** `POST /{datasources|workbooks}/{id}/refresh`; the body says at most that it be incremental. */
export async function refreshNow(call: SiteCall): Promise<Reply> {
  await bodyOf(call);
  return startRefresh(call, publishedOf(call));
}

/**
 * 202 with a job, or 409093 while one of the same item is queued. Only an extract that comes from somewhere else can be
 * refreshed: the job of a pushed one fails.
 */
export async function startRefresh(call: SiteCall, item: PublishedItem): Promise<Reply> {
  const queued = [...call.site.jobs.values()].some(
    (job) => job.type === JOB_TYPE && job.about === item.id && job.completedAt === undefined,
  );
  if (queued) throw new TableauError("409093", "Resource Conflict", `A refresh of '${item.name}' is already queued.`);
  countCall(call, "refreshes");
  const tell = (outcome: "Started" | "Succeeded" | "Failed"): void => {
    const kind = item.kind === "datasource" ? "Datasource" : "Workbook";
    call.state.webhooks.tell(call.site, `${kind}Refresh${outcome}`, item);
  };
  tell("Started");
  const job = await queueJob(call, {
    type: JOB_TYPE,
    title: item.name,
    about: item.id,
    work: async () => {
      const possible = await isRefreshed(item.revisions.at(-1));
      tell(possible ? "Succeeded" : "Failed");
      if (!possible) throw publishFailed(`'${item.name}' has no extract that is refreshed from somewhere.`);
      item.updatedAt = laterStamp(call.state, item.updatedAt);
    },
    child: (notes) =>
      element("extractRefreshJob", {}, [
        textElement("notes", notes),
        element(item.kind, { id: item.id, name: item.name }),
      ]),
  });
  return jobAccepted(call, job);
}

async function isRefreshed(revision: Revision | undefined): Promise<boolean> {
  if (revision === undefined || ![".tdsx", ".twbx"].includes(extname(revision.fileName))) return false;
  const entries = await readPackage(await readFile(revision.file));
  const document = entries.find(({ name }) => /\.(?:tds|twb)$/u.test(name));
  return /<extract[\s>]/u.test(document?.bytes.toString("utf8") ?? "");
}
