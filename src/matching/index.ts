export { blockBy } from "./block.ts";
export type { Block } from "./block.ts";
export { foldCompany, foldDomain, foldName, foldRecordId, foldText } from "./normalise.ts";
export { holdsAccounts, readAccount } from "./accounts.ts";
export type { UserAccount } from "./accounts.ts";
export { resolvePeople } from "./people.ts";
export type { KnownPerson, ResolvedPeople, UnresolvedAccount } from "./people.ts";
