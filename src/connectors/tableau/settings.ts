import { z } from "zod";
import type { CredentialSpec } from "../kit/index.ts";

/** The most one request may carry as a file (reference tableau.md §3.3). */
const LARGEST_REQUEST_MB = 64;

/** What a Tableau connection may say in `hub.yaml` beyond `system`. */
export const settingsSchema = z.strictObject({
  /** Project to publish into, names from the top separated by `/`; created when missing. */
  project: z
    .string()
    .regex(/^[^/]+(\/[^/]+)*$/u)
    .default("Process KPIs"),
  /** Files up to this size go in one request; larger ones in chunks, finished by a job. */
  singleRequestMegabytes: z.number().positive().max(LARGEST_REQUEST_MB).default(60),
  /** Size of one chunk. */
  chunkMegabytes: z.number().positive().max(LARGEST_REQUEST_MB).default(32),
  /** The largest file of changed rows that the server takes (reference tableau.md §3.6); more is sent as a whole. */
  updateMegabytes: z.number().positive().max(100).default(100),
  /** How long a publish job may take before it is given up. */
  jobTimeoutMinutes: z.number().positive().default(30),
});

export type TableauSettings = z.output<typeof settingsSchema>;

/** The project of a connection as the path a publish command takes. */
export function projectPath(settings: Pick<TableauSettings, "project">): readonly string[] {
  return settings.project.split("/").map((name) => name.trim());
}

export const CREDENTIALS: readonly CredentialSpec[] = [
  {
    key: "BASE_URL",
    required: true,
    secret: false,
    description: "Address of the Tableau server or Cloud pod, https://<pod>.online.tableau.com.",
  },
  {
    key: "SITE",
    required: false,
    secret: false,
    description:
      "Content URL of the site, as in the browser's address after /site/; empty for a server's default site.",
  },
  {
    key: "TOKEN_NAME",
    required: false,
    secret: false,
    description: "Name of a personal access token that nothing else signs in with: a second sign-in ends the first.",
  },
  { key: "TOKEN_SECRET", required: false, secret: true, description: "Secret of the personal access token." },
  {
    key: "APP_CLIENT_ID",
    required: false,
    secret: false,
    description: "Instead of a token: client id of a connected app with direct trust.",
  },
  { key: "APP_SECRET_ID", required: false, secret: false, description: "Id of a secret of the connected app." },
  { key: "APP_SECRET", required: false, secret: true, description: "Value of that secret." },
  { key: "USERNAME", required: false, secret: false, description: "The user that the connected app acts as." },
];

/** A personal access token, or a connected app. */
export const SIGN_INS: readonly (readonly string[])[] = [
  ["TOKEN_NAME", "TOKEN_SECRET"],
  ["APP_CLIENT_ID", "APP_SECRET_ID", "APP_SECRET", "USERNAME"],
];
