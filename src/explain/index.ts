export { explain } from "./explain.ts";
export type { Explanation, ToldHandoff } from "./explain.ts";
export type { Moment } from "./handoff-life.ts";
export type { HandoffStory, PlanStory, WriteStory } from "./handoff-story.ts";
export type { LinkWords } from "./link-words.ts";
export { originsOf } from "./origins.ts";
export type { Origin, Traced } from "./origins.ts";
export type { EventStory, ObjectStory, RecordStory, ReferenceStory } from "./record-story.ts";
