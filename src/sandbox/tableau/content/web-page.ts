import { ONE_MEGABYTE } from "../call.ts";
import type { SiteCall } from "../call.ts";
import type { Published } from "./published.ts";

/** The address people open. */
export function webPage(call: SiteCall, kind: "datasources" | "workbooks", item: Published): string {
  const sitePart = call.site.contentUrl === "" ? "" : `/site/${call.site.contentUrl}`;
  return `${call.url.origin}/#${sitePart}/${kind}/${item.pageNumber}`;
}

/** The size as listings tell it, rounded up. */
export function megabytes(item: Published): number {
  return Math.ceil((item.revisions.at(-1)?.bytes ?? 0) / ONE_MEGABYTE);
}
