export { tableau } from "./connector.ts";
export { projectPath } from "./settings.ts";
export type { TableauSettings } from "./settings.ts";
