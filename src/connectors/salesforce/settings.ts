import { z } from "zod";
import type { CredentialSpec } from "../kit/index.ts";

/** What a Salesforce connection may say in `hub.yaml` beyond `system`. */
export const settingsSchema = z.strictObject({
  /** How the hub signs in: as the run-as user of an app (client credentials), or as a named user by a signed token. */
  login: z.enum(["client-credentials", "jwt"]).default("client-credentials"),
  /** Share of the daily calls left to people: `30 %` or 0.3. */
  reserve: z.union([z.number().min(0).max(1), z.string().regex(/^\d{1,3}(\.\d+)? ?%$/u)]).optional(),
  /** Pinned, never "latest" (reference salesforce.md §1). */
  apiVersion: z
    .string()
    .regex(/^\d{2}\.0$/u)
    .default("64.0"),
  /** API names of further objects to read, such as `Onboarding__c`. */
  objects: z.array(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/u)).optional(),
  /** By object: the external id field that carries the hub's marker, which Salesforce itself keeps from coming twice. */
  externalIds: z.record(z.string(), z.string()).optional(),
  /** By object without such a field: a text field that carries the marker. With neither the hub creates nothing there. */
  markers: z.record(z.string(), z.string()).optional(),
  /** By object: how a record is taken out of the way again; without it the hub does not undo a creation there. */
  retire: z
    .record(
      z.string(),
      z.strictObject({
        /** The text field that tells who put it away and why. */
        tag: z.string(),
        /** What else is set, such as `{ StageName: Closed Lost }`. */
        set: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
      }),
    )
    .optional(),
  /** True lets the org's assignment rules give created records to somebody else than the plan said. */
  assignmentRules: z.boolean().optional(),
  /**
   * When a first read goes through Bulk API 2.0: from so many rows on (200,000 unless said), `never` or `always`. What Bulk
   * cannot read goes through REST in any case.
   */
  bulk: z.union([z.enum(["never", "always"]), z.strictObject({ from: z.number().int().positive() })]).optional(),
});

export type SalesforceSettings = z.output<typeof settingsSchema>;

export const CREDENTIALS: readonly CredentialSpec[] = [
  {
    key: "LOGIN_URL",
    required: true,
    secret: false,
    description: "My Domain address, https://<domain>.my.salesforce.com (or https://login.salesforce.com for jwt).",
  },
  { key: "CLIENT_ID", required: true, secret: false, description: "Consumer key of the connected app." },
  {
    key: "CLIENT_SECRET",
    required: false,
    secret: true,
    description: "Consumer secret of the connected app; needed for `login: client-credentials`.",
  },
  { key: "USERNAME", required: false, secret: false, description: "User to act as; needed for `login: jwt`." },
  {
    key: "PRIVATE_KEY_FILE",
    required: false,
    secret: true,
    description: "PEM file with the key whose certificate the connected app holds; needed for `login: jwt`.",
  },
];

/** The share of calls left to people, 0 to 1. */
export function reserveShare(reserve: string | number): number {
  return typeof reserve === "number" ? reserve : Math.min(1, Number.parseFloat(reserve) / 100);
}

const BULK_FROM = 200_000;

/** Rows of an object from which on Bulk 2.0 reads it; null for never. */
export function bulkThreshold(settings: SalesforceSettings): number | null {
  const { bulk } = settings;
  if (bulk === undefined) return BULK_FROM;
  if (bulk === "never") return null;
  return bulk === "always" ? 0 : bulk.from;
}

export function writeHeaders(settings: SalesforceSettings): Readonly<Record<string, string>> {
  return settings.assignmentRules === true ? {} : { "Sforce-Auto-Assign": "FALSE" };
}
