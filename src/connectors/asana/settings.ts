import { z } from "zod";
import type { CredentialSpec } from "../kit/index.ts";

const names = z.array(z.string().min(1)).min(1);

/** What an Asana connection may say in `hub.yaml` beyond `system`. */
export const settingsSchema = z.strictObject({
  /** gid of the workspace or organisation; needed when the token sees more than one. */
  workspace: z.string().regex(/^\d+$/u, "is a gid, digits only").optional(),
  /** Which projects are read; all the token sees when left out. A new project that fits joins by itself. */
  projects: z
    .strictObject({
      /** Names or gids of teams. */
      teams: names.optional(),
    })
    .optional(),
  /**
   * What a project made from a template holds, by template, section and task names: Asana shows no template's tasks, so
   * that without it a job that says it is done has to be believed.
   */
  templates: z.record(z.string(), z.record(z.string(), z.array(z.string().min(1)))).optional(),
  /** Gids or e-mail addresses of accounts that programs act under. */
  serviceAccounts: names.optional(),
  /** Share of the calls left to people: `30 %` or 0.3. */
  reserve: z.union([z.number().min(0).max(1), z.string().regex(/^\d{1,3}(\.\d+)? ?%$/u)]).optional(),
  /** Calls under way at once (the service allows 50 reads and 15 writes per token). */
  concurrency: z.int().min(1).max(50).default(10),
});

export type AsanaSettings = z.output<typeof settingsSchema>;

export const CREDENTIALS: readonly CredentialSpec[] = [
  {
    key: "TOKEN",
    required: false,
    secret: true,
    description: "Personal access token (or service account token) of the user the hub reads as; or the three below.",
  },
  {
    key: "CLIENT_ID",
    required: false,
    secret: false,
    description: "Id of the app the hub signs in as, without TOKEN.",
  },
  { key: "CLIENT_SECRET", required: false, secret: true, description: "Secret of that app." },
  {
    key: "REFRESH_TOKEN",
    required: false,
    secret: true,
    description: "What the app was given when the user allowed it to act for them.",
  },
  {
    key: "BASE_URL",
    required: false,
    secret: false,
    description: "Address of the API; https://app.asana.com/api/1.0 when left out.",
  },
];

/** As a person or service account, or as an app. */
export const SIGN_INS = [["TOKEN"], ["CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"]];

export const DEFAULT_BASE_URL = "https://app.asana.com/api/1.0";

/** `30 %` and 0.3 alike as 0.3. */
export function shareOf(reserve: number | string): number {
  return typeof reserve === "number" ? reserve : Number.parseFloat(reserve) / 100;
}
