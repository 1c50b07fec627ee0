export * from "./accept.ts";
export type { ListBindings } from "./list-bindings.ts";
export * from "./resolve.ts";
export * from "./shown-words.ts";
export * from "./told.ts";
export * from "./translate.ts";
