export { asana } from "./connector.ts";
export type { AsanaSettings } from "./settings.ts";
