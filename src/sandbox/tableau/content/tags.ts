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

interface Tagged {
  readonly tags: Set<string>;
}

/** Adds the tags of a request, and answers with all. */
export async function addTagsTo(call: SiteCall, { tags }: Tagged): Promise<Reply> {
  const labels = asList(asTree((await bodyOf(call))["tags"])["tag"]).map((tag) => requiredText(tag, "label", "tag"));
  for (const label of labels) tags.add(label);
  return { status: 200, elements: [tagsElement(tags)] };
}

/** Takes the tag of the path away: 204, also for one that was not there. */
export function deleteTagOf(call: SiteCall, { tags }: Tagged): Reply {
  tags.delete(pathOf(call, "label"));
  return { status: 204 };
}

/** `PUT /{datasources|workbooks}/{id}/tags` */
export function addTags(call: SiteCall): Promise<Reply> {
  return addTagsTo(call, publishedOf(call));
}

/** `DELETE /{datasources|workbooks}/{id}/tags/{label}` */
export function deleteTag(call: SiteCall): Reply {
  return deleteTagOf(call, publishedOf(call));
}
