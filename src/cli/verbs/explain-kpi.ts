import { kpiKind } from "../../configuration/index.ts";
import type { KpiResult } from "../../kpis/index.ts";
import { HubError } from "../../model/index.ts";
import type { MeasurePort } from "../../model/index.ts";
import { figureKey, kpiSources, lastReadings, measureToLook, sourceName } from "../../sync/index.ts";
import { explainKpiDocument, toExplainKpiDocument } from "../documents/explain-kpi.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { findFigure, refuseWithdrawn } from "../kpi-question.ts";
import { traceRows } from "../kpi-story.ts";
import type { KpiStory } from "../kpi-story.ts";
import { kpiStoryText } from "../kpi-story-view.ts";
import { openLook } from "../look.ts";
import type { Machine } from "../terminal.ts";

/** How many rows of each part of the evidence a terminal shows unless all are asked for. */
const FIRST_ROWS = 10;

export interface ExplainKpiOptions extends GlobalOptions {
  readonly all: boolean;
}

async function figureOf(id: string, results: readonly KpiResult[], measures: MeasurePort): Promise<KpiResult> {
  try {
    return findFigure(id, results);
  } catch (error) {
    await refuseWithdrawn(id, await measures.figures(), (key) => measures.figureHistory(key));
    throw error;
  }
}

/** Tells why a figure is what it is: how it is computed, from which streams, and the cases behind it. Reads only. */
export async function explainKpiVerb(machine: Machine, id: string, options: ExplainKpiOptions): Promise<number> {
  const look = await openLook(machine, options);
  const { store, configuration } = look;
  try {
    const published = await store.measures.latestMeasurement();
    if (published === null) {
      throw new HubError("HUB-0015", "Nothing has been measured in this store yet.", {
        disposition: "operator",
        remedy: "Run `hub measure` or `hub run`, or name another store with --db.",
      });
    }
    const asOf = options.asOf === undefined ? published.asOf : look.asOf;
    const measured = await measureToLook({ ...look, asOf });
    try {
      const result = await figureOf(id, measured.results, store.measures);
      const definition = configuration.compiled(kpiKind).find(({ key }) => key === result.definition);
      if (definition === undefined) throw new HubError("HUB-1001", `${result.definition} is defined nowhere.`);
      const readings = await lastReadings(store);
      const evidence = await measured.evidenceOf(result);
      const story: KpiStory = {
        asOf,
        definition,
        result,
        gate: measured.gates.get(result.kpi) ?? null,
        sources: kpiSources(definition, configuration).map((source) => ({
          ...source,
          reading: readings.get(sourceName(source.connection, source.stream)) ?? null,
        })),
        published: await store.measures.figureHistory(figureKey(result)),
        evidence,
        rows: await traceRows(store, evidence, options.all || options.json ? Number.POSITIVE_INFINITY : FIRST_ROWS),
      };
      if (options.json) writeDocument(machine.terminal, explainKpiDocument, toExplainKpiDocument(id, story));
      else machine.terminal.out(kpiStoryText(story, configuration.zone));
    } finally {
      measured.star.close();
    }
    return EXIT.complete;
  } finally {
    await store.close();
  }
}
