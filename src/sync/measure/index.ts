export * from "./kpi-sources.ts";
export * from "./last-readings.ts";
export * from "./measure.ts";
