export * from "./kpi-sources.ts";
export * from "./last-readings.ts";
export * from "./measure.ts";
export { figureKey } from "./published-figures.ts";
export { publishedNumber } from "./restatements.ts";
export type { Restatement } from "./restatements.ts";
