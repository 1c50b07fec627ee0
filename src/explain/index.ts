export { explain } from "./explain.ts";
export type { Explanation } from "./explain.ts";
export type { HandoffStory } from "./handoff-story.ts";
export type { LinkWords } from "./link-words.ts";
export type { EventStory, ObjectStory, RecordStory, ReferenceStory } from "./record-story.ts";
