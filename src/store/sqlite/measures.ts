import type { FigureKey, Json, MeasurePort, PublishedFigure } from "../../model/index.ts";
import type { Database } from "./database.ts";

interface FigureRow {
  readonly run_id: string;
  readonly kpi: string;
  readonly as_of: number;
  readonly body: string;
  readonly definition: string;
  readonly scope_type: string;
  readonly scope_key: string;
  readonly window_text: string;
  readonly period_from: number;
  readonly period_to: number;
  readonly amounts: string;
  readonly published_at: number;
  readonly because: string | null;
}

const KEY_COLUMNS = ["definition", "scope_type", "scope_key", "window_text", "period_from", "period_to"];
const KEY = KEY_COLUMNS.join(", ");

/** Stands for amounts in the store, whose column takes no null. */
const WITHDRAWN = "";

/** In the order of the columns. */
function keyValues({ definition, scopeType, scopeKey, window, from, to }: FigureKey): readonly (string | number)[] {
  return [definition, scopeType, scopeKey, window, from, to];
}

export function createMeasurePort(database: Database): MeasurePort {
  const baseline = (name: string): Json => {
    const row = database.get<{ body: string }>("select body from baseline where name = ?", name);
    return row === undefined ? null : (JSON.parse(row.body) as Json);
  };
  return {
    async freezeBaseline(fence, name, value, at) {
      return database.fenced(fence, () => {
        database.run(
          "insert into baseline (name, body, frozen_at, run_id) values (?, ?, ?, ?) on conflict (name) do nothing",
          name,
          JSON.stringify(value),
          at,
          fence.runId,
        );
        return baseline(name);
      });
    },

    async baseline(name) {
      return baseline(name);
    },

    async publishFigures(fence, { asOf, at, figures: count }, figures) {
      database.fenced(fence, () => {
        for (const { kpi, key, amounts, body, because } of figures) {
          database.run(
            `insert into kpi_snapshot (run_id, kpi, as_of, body, ${KEY}, amounts, published_at, because)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
            fence.runId,
            kpi,
            asOf,
            JSON.stringify(body),
            ...keyValues(key),
            amounts ?? WITHDRAWN,
            at,
            because === null ? null : JSON.stringify(because),
          );
        }
        database.run(
          "insert into measurement (run_id, as_of, at, figures, restated) values (?, ?, ?, ?, ?)",
          fence.runId,
          asOf,
          at,
          count,
          figures.filter(({ because }) => because !== null).length,
        );
      });
    },

    async figures() {
      return database
        .all<FigureRow>(
          `select * from kpi_snapshot where pk in (select max(pk) from kpi_snapshot group by ${KEY}) order by pk`,
        )
        .map(toFigure);
    },

    async figureHistory(key) {
      return database
        .all<FigureRow>(
          `select * from kpi_snapshot where ${KEY_COLUMNS.map((column) => `${column} = ?`).join(" and ")} order by pk`,
          ...keyValues(key),
        )
        .map(toFigure);
    },

    async restatements(periods) {
      const wanted = periods.map(({ window, from, to }) => ({ window, from, to }));
      const rows = database.all<FigureRow & { readonly because: string; readonly former: string }>(
        `with wanted as (select value ->> '$.window' as window, value ->> '$.from' as "from", value ->> '$.to' as "to" from json_each(?))
         select r.*, (select p.body from kpi_snapshot p where p.pk < r.pk and ${KEY_COLUMNS.map((column) => `p.${column} = r.${column}`).join(" and ")}
           order by p.pk desc limit 1) as former
         from kpi_snapshot r where r.pk in (
           select max(pk) from kpi_snapshot join wanted on window_text = window and period_from = "from" and period_to = "to"
           where because is not null group by ${KEY}) order by r.pk`,
        JSON.stringify(wanted),
      );
      return rows.map((row) => {
        const { body: _, ...figure } = toFigure(row);
        return {
          ...figure,
          because: JSON.parse(row.because) as readonly string[],
          former: JSON.parse(row.former) as Json,
        };
      });
    },

    async latestMeasurement() {
      const row = database.get<{ run_id: string; as_of: number; at: number; figures: number; restated: number }>(
        "select * from measurement order by pk desc limit 1",
      );
      if (row === undefined) return null;
      return { runId: row.run_id, asOf: row.as_of, at: row.at, figures: row.figures, restated: row.restated };
    },
  };
}

function toFigure(row: FigureRow): PublishedFigure {
  return {
    kpi: row.kpi,
    key: {
      definition: row.definition,
      scopeType: row.scope_type,
      scopeKey: row.scope_key,
      window: row.window_text,
      from: row.period_from,
      to: row.period_to,
    },
    amounts: row.amounts === WITHDRAWN ? null : row.amounts,
    body: JSON.parse(row.body) as Json,
    runId: row.run_id,
    asOf: row.as_of,
    publishedAt: row.published_at,
    because: row.because === null ? null : (JSON.parse(row.because) as readonly string[]),
  };
}
