import { bodyOf, publishedOf, pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { asList, asTree, requiredText } from "../wire/request-body.ts";

export function tagsElement(tags: ReadonlySet<string>): Element {
  return collection(
    "tags",
    "tag",
    [...tags].map((label) => element("tag", { label })),
  );
}

/** `PUT /{datasources|workbooks}/{id}/tags`: adds, and answers with all. */
export async function addTags(call: SiteCall): Promise<Reply> {
  const item = publishedOf(call);
  const labels = asList(asTree((await bodyOf(call))["tags"])["tag"]).map((tag) => requiredText(tag, "label", "tag"));
  for (const label of labels) item.tags.add(label);
  return { status: 200, elements: [tagsElement(item.tags)] };
}

/** `DELETE /{datasources|workbooks}/{id}/tags/{label}`: 204, also for a label that was not there. */
export function deleteTag(call: SiteCall): Reply {
  publishedOf(call).tags.delete(pathOf(call, "label"));
  return { status: 204 };
}
