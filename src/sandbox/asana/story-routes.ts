import { list, one } from "./answers.ts";
import type { Call } from "./call.ts";
import { empty, optionalBoolean, param } from "./call.ts";
import { emit, target, taskStreams, writeStory } from "./changes.ts";
import { badRequest, forbidden, unknownObject } from "./errors.ts";
import type { Router } from "./router.ts";
import type { StoryRow, TaskRow } from "./rows.ts";
import { taskOf } from "./lookups.ts";
import { richText } from "./rich-fields.ts";

function requireStory(call: Call): { readonly story: StoryRow; readonly task: TaskRow } {
  const gid = param(call);
  const story = call.world.state.stories.get(gid);
  if (story === undefined) throw unknownObject("story", gid);
  return { story, task: taskOf(call, story.taskGid) };
}

function ownComment(call: Call): { readonly story: StoryRow; readonly task: TaskRow } {
  const found = requireStory(call);
  if (found.story.subtype !== "comment_added" || found.story.createdByGid !== call.actor.userGid)
    throw forbidden("story");
  return found;
}

/** The story routes: a task's history and comments (reference asana.md §12). */
export function addStoryRoutes(router: Router): void {
  router.add("GET", "/tasks/{task_gid}/stories", (call) =>
    list(call, call.world.resources.story, taskOf(call, param(call)).stories),
  );
  router.add("POST", "/tasks/{task_gid}/stories", (call) => {
    const task = taskOf(call, param(call));
    const written = richText(call, "text", "html_text");
    if (written === undefined) throw badRequest("text: Missing input");
    const story = writeStory(call, task, "comment_added", {
      text: written.plain,
      ...(written.html === null ? {} : { htmlText: written.html }),
      isPinned: optionalBoolean(call.data, "is_pinned") ?? false,
    });
    task.modifiedAt = call.world.now();
    return one(call, call.world.resources.story, story, 201);
  });
  router.add("GET", "/stories/{story_gid}", (call) => one(call, call.world.resources.story, requireStory(call).story));
  router.add("PUT", "/stories/{story_gid}", (call) => {
    const { story, task } = ownComment(call);
    const written = richText(call, "text", "html_text");
    const pinned = optionalBoolean(call.data, "is_pinned");
    if (pinned !== undefined) story.isPinned = pinned;
    if (written !== undefined) {
      story.text = written.plain;
      if (written.html === null) delete story.htmlText;
      else story.htmlText = written.html;
      story.isEdited = true;
      task.modifiedAt = call.world.now();
    }
    return one(call, call.world.resources.story, story);
  });
  router.add("DELETE", "/stories/{story_gid}", (call) => {
    const { story, task } = ownComment(call);
    task.stories = task.stories.filter((one) => one !== story);
    call.world.state.stories.delete(story.gid);
    call.world.state.deletedStories.set(story.gid, story);
    task.modifiedAt = call.world.now();
    emit(call, taskStreams(task), "deleted", target("story", story.gid), target("task", task.gid));
    return empty();
  });
}
