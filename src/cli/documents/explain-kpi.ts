import { z } from "zod";
import { toIso } from "../../model/index.ts";
import { publishedNumber } from "../../sync/index.ts";
import { figureId } from "../kpi-question.ts";
import { partOf } from "../kpi-story.ts";
import type { KpiStory, TracedRow } from "../kpi-story.ts";
import { certificatePart, toCertificatePart } from "./certificate.ts";
import { kpiPart, toKpiPart } from "./cycle.ts";
import { instantText, isoOrNull } from "./parts.ts";

const evidenceRowPart = z.strictObject({
  key: z.string().describe("Of the case, handoff or step execution."),
  name: z.string().nullable(),
  url: z.string().nullable(),
  part: z
    .enum(["against", "for", "pending", "excluded"])
    .describe("Counted against the target or not, or not counted."),
  numerator: z.number().describe("What it adds to the numerator."),
  denominator: z.number().describe("What it adds to the denominator."),
  at: instantText.nullable().describe("When it counts."),
  milliseconds: z.number().nullable(),
  because: z.string(),
  records: z
    .array(
      z.strictObject({
        record: z.string().describe("system/tenant/stream/id"),
        name: z.string().nullable(),
        url: z.string().nullable(),
        run: z.string().describe("The run that stored its current version."),
        seenAt: instantText,
        firstSeenAt: instantText,
      }),
    )
    .describe("The source records it rests on."),
});

/** `hub explain kpi:NAME --json`. */
export const explainKpiDocument = z.strictObject({
  asked: z.string(),
  id: z.string().describe("The figure by its full name."),
  asOf: instantText,
  figure: kpiPart,
  gate: z.string().nullable().describe("Why the figure is not to be taken as it is; null when its gates are passed."),
  definition: z.strictObject({
    version: z.string(),
    title: z.string(),
    question: z.string(),
    owner: z.string(),
    formula: z.string(),
    explanation: z.string(),
  }),
  sources: z
    .array(
      z.strictObject({
        connection: z.string(),
        stream: z.string(),
        run: z.string().nullable().describe("The last run that read it; null when none did."),
        asOf: instantText.nullable(),
        certificate: certificatePart.nullable(),
      }),
    )
    .describe("The streams it rests on with the last completeness certificate of each."),
  published: z
    .array(
      z.strictObject({
        value: z.number().nullable(),
        numerator: z.number().nullable(),
        denominator: z.number().nullable(),
        n: z.int(),
        run: z.string(),
        asOf: instantText,
        publishedAt: instantText,
        isWithdrawn: z
          .boolean()
          .describe("It was no longer among the figures of its period; its numbers are null then."),
        restates: z
          .array(z.string())
          .nullable()
          .describe("Why it is another figure than the one before; null when not."),
      }),
    )
    .describe("Every figure published for this definition, scope and period, oldest first."),
  evidence: z
    .strictObject({
      numerator: z.number(),
      denominator: z.number(),
      n: z.number(),
      pending: z.int(),
      excluded: z.record(z.string(), z.int()),
      rows: z.array(evidenceRowPart),
    })
    .nullable()
    .describe("What the figure counted, row by row; null where rows are not kept apart."),
});

export function toExplainKpiDocument(asked: string, story: KpiStory): z.infer<typeof explainKpiDocument> {
  const { asOf, definition, result, gate, sources, published, evidence, rows } = story;
  return {
    asked,
    id: figureId(result),
    asOf: toIso(asOf),
    figure: toKpiPart(result),
    gate,
    definition: {
      version: definition.key,
      title: definition.title,
      question: definition.question,
      owner: definition.owner,
      formula: definition.formula,
      explanation: definition.explanation,
    },
    sources: sources.map(({ connection, stream, reading }) => ({
      connection,
      stream,
      run: reading?.run.id ?? null,
      asOf: isoOrNull(reading?.run.asOf ?? null),
      certificate: reading === null ? null : toCertificatePart(reading.certificate),
    })),
    published: published.map((figure) => ({
      value: publishedNumber(figure, "value"),
      numerator: publishedNumber(figure, "numerator"),
      denominator: publishedNumber(figure, "denominator"),
      n: publishedNumber(figure, "n") ?? 0,
      run: figure.runId,
      asOf: toIso(figure.asOf),
      publishedAt: toIso(figure.publishedAt),
      isWithdrawn: figure.amounts === null,
      restates: figure.because === null ? null : [...figure.because],
    })),
    evidence:
      evidence === null
        ? null
        : {
            numerator: evidence.numerator,
            denominator: evidence.denominator,
            n: evidence.n,
            pending: evidence.pending,
            excluded: { ...evidence.excluded },
            rows: rows.map(toRowPart),
          },
  };
}

function toRowPart({ row, origins }: TracedRow): z.infer<typeof evidenceRowPart> {
  return {
    key: row.key,
    name: row.name,
    url: row.url,
    part: partOf(row),
    numerator: row.numerator,
    denominator: row.denominator,
    at: isoOrNull(row.at),
    milliseconds: row.durationMs,
    because: row.because,
    records: origins.map(({ record, name, url, run, seenAt, firstSeenAt }) => ({
      record,
      name,
      url,
      run,
      seenAt: toIso(seenAt),
      firstSeenAt: toIso(firstSeenAt),
    })),
  };
}
