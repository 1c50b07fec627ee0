export { salesforce } from "./connector.ts";
export type { SalesforceSettings } from "./settings.ts";
