export * from "./kpi-sources.ts";
export * from "./last-readings.ts";
export * from "./measure.ts";
export { figureKey } from "./figure-key.ts";
export { publishedHead, publishedNumber } from "./published-result.ts";
export type { FigureHead } from "./published-result.ts";
export type { Restatement } from "./restatements.ts";
