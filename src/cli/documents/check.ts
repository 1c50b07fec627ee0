import { z } from "zod";
import { instantText, problemPart } from "./parts.ts";

const tenantPart = z.strictObject({ tenant: z.string(), name: z.string() });

/** `hub check --json`. */
export const checkDocument = z.strictObject({
  asOf: instantText,
  ok: z.boolean().describe("True when every connection can be used as configured."),
  connections: z.array(
    z.strictObject({
      connection: z.string(),
      system: z.string(),
      ok: z.boolean(),
      uses: z.array(z.enum(["read", "write", "publish"])).describe("What the configuration uses the connection for."),
      signedIn: z
        .strictObject({
          ...tenantPart.shape,
          user: z.string(),
          userName: z.string(),
          apiVersion: z.string(),
          notes: z.array(z.string()).describe("Sentences worth knowing, such as what the plan lacks."),
        })
        .nullable(),
      pinned: tenantPart.nullable().describe("The tenant that the store holds records of; null before the first sync."),
      quota: z
        .strictObject({
          used: z.int().describe("Calls, or points where the system counts in those."),
          limit: z.int().nullable().describe("null where the system does not tell."),
          resetsAt: instantText.nullable(),
          reserve: z.number().describe("Share of the limit that is left to people."),
          perMinute: z.number().nullable().describe("Calls a minute that are known to be allowed."),
          sweeps: z
            .strictObject({ used: z.int(), budget: z.int().nullable() })
            .describe("Calls that sweeps made in the day, and those they may make."),
        })
        .nullable()
        .describe("As the ledger knows it; null when no call was made."),
      calls: z.int().describe("API calls that this check made."),
      problems: z.array(problemPart),
      offers: z.array(problemPart).describe("Renamed names to accept with `hub config bindings --accept`."),
    }),
  ),
});

export type CheckDocument = z.infer<typeof checkDocument>;
