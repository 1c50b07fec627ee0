import { z } from "zod";

/** `hub hyper install --json`. */
export const hyperInstallDocument = z.strictObject({ engine: z.string().describe("Path of the Hyper engine.") });
