export * from "./accept.ts";
export * from "./resolve.ts";
export * from "./shown-words.ts";
export * from "./told.ts";
export * from "./translate.ts";
