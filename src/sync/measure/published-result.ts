import { z } from "zod";
import type { KpiResult } from "../../kpis/index.ts";
import { isJsonObject } from "../../model/index.ts";
import type { PublishedFigure } from "../../model/index.ts";

const figureHead = z.object({
  kpi: z.string(),
  definition: z.string(),
  scope: z.object({ type: z.string(), key: z.string() }),
  window: z.object({ text: z.string(), fromDay: z.string() }),
  shown: z.boolean(),
  unit: z.enum(["ratio", "milliseconds", "number", "money"]),
  businessDayMs: z.number().nullable().default(null),
});

/** What names a figure to people, and what its numbers are told in; every KpiResult is one. */
export type FigureHead = z.infer<typeof figureHead>;

/** Of a figure as it was published; null for one that was withdrawn. */
export function publishedHead({ body }: Pick<PublishedFigure, "body">): FigureHead | null {
  const parsed = figureHead.safeParse(resultOf(body));
  return parsed.success ? parsed.data : null;
}

/** A number of a published result; null when it has none. */
export function publishedNumber({ body }: Pick<PublishedFigure, "body">, name: keyof KpiResult): number | null {
  const result = resultOf(body);
  const value = isJsonObject(result) ? result[name] : null;
  return typeof value === "number" ? value : null;
}

function resultOf(body: PublishedFigure["body"]): PublishedFigure["body"] {
  return isJsonObject(body) ? (body["result"] ?? null) : null;
}
