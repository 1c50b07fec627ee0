export * from "./link.ts";
export * from "./linked-model.ts";
export * from "./map.ts";
export * from "./progress.ts";
export * from "./pull/index.ts";
