import { z } from "zod";
import type { ToldNames } from "../../sync/index.ts";
import { problemPart } from "./parts.ts";

/** Names whose ids are pinned in bindings.lock.yaml and that changed in their systems. */
export const namesPart = z.strictObject({
  offers: z.array(problemPart).describe("Renamed, moved or gone; accept with `hub config bindings --accept`."),
  refused: z.array(problemPart).describe("Reused ids; what holds them stays as it was mapped before."),
});

export function toNamesPart({ offers, refused }: ToldNames): z.infer<typeof namesPart> {
  return { offers: [...offers], refused: [...refused] };
}

/** `hub config bindings --json`. */
export const configBindingsDocument = z.strictObject({
  file: z.string(),
  written: z.boolean().describe("Whether the lock file was written by this call."),
  connections: z.array(
    z.strictObject({
      connection: z.string(),
      names: z.array(
        z.strictObject({
          stream: z.string(),
          list: z.string().describe("The list's key in the lock file."),
          title: z.string().nullable().describe("The project or board the list belongs to."),
          name: z.string().describe("As mappings write it."),
          state: z.enum(["unchanged", "fresh", "renamed", "moved", "reused", "gone"]),
          id: z.string().nullable().describe("Pinned; null when it is not."),
          shown: z.string().nullable().describe("What the pinned id is called now."),
          found: z.string().nullable().describe("The id that carries the name now."),
        }),
      ),
    }),
  ),
  ...namesPart.shape,
});
