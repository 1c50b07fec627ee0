export * from "./abortable.ts";
export * from "./contract.ts";
export * from "./intervals.ts";
export * from "./pace-book.ts";
export * from "./pacer.ts";
export * from "./transport.ts";
