export * from "./contract.ts";
export * from "./intervals.ts";
export * from "./transport.ts";
