export { blockBy } from "./block.ts";
export type { Block } from "./block.ts";
export { foldCompany, foldDomain, foldName, foldRecordId, foldText } from "./normalise.ts";
