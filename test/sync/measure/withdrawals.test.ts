import { describe, expect, test } from "@jest/globals";
import { parseWindow, windowAt } from "../../../src/kpis/index.ts";
import type { KpiScope, Window } from "../../../src/kpis/index.ts";
import type { PublishedFigure } from "../../../src/model/index.ts";
import { figureKey } from "../../../src/sync/measure/figure-key.ts";
import type { NamedResult } from "../../../src/sync/measure/figure-key.ts";
import { goneFigures } from "../../../src/sync/measure/withdrawals.ts";

const reporting = { zone: "UTC", fiscalYearStarts: 1, corporateCurrency: "EUR" };
const JUNE = Date.UTC(2026, 5, 15);
const JULY = Date.UTC(2026, 6, 15);
const company: KpiScope = { type: "company", key: "all" };
const smb: KpiScope = { type: "segment", key: "SMB" };

function windowOf(text: string, asOf: number): Window {
  const definition = parseWindow(text);
  if (definition === undefined) throw new Error(`no window: ${text}`);
  return windowAt(definition, asOf, reporting);
}

function figure({ definition = "on-time@1", scope = company, text = "12 months", asOf = JUNE } = {}): NamedResult {
  return { definition, scope, window: windowOf(text, asOf) };
}

function published(result: NamedResult, amounts: string | null = "[1]"): PublishedFigure {
  const [kpi = ""] = result.definition.split("@");
  const told = { runId: "r1", asOf: JUNE, publishedAt: JUNE, because: null };
  return { kpi, key: figureKey(result), amounts, body: null, ...told };
}

function gone(before: PublishedFigure, now: readonly NamedResult[], key = "on-time@1", asOf = JUNE): readonly string[] {
  return goneFigures([before], now, new Map([[key, { name: "on-time", key }]]), { asOf, reporting }).map(
    ({ because }) => because,
  );
}

describe("a published figure", () => {
  test("is not gone while it is measured", () => {
    expect(gone(published(figure()), [figure()])).toEqual([]);
  });

  test("is gone with the last case of its scope", () => {
    const now = [figure(), figure({ scope: { type: "segment", key: "Enterprise" } })];
    expect(gone(published(figure({ scope: smb })), now)).toEqual(["nothing of segment SMB is left in what it counts"]);
  });

  test("is gone with its cut, and with its window, also when no other figure has that one", () => {
    expect(gone(published(figure({ scope: smb })), [figure()])).toEqual(["it is no longer told by segment"]);
    expect(gone(published(figure({ text: "8 weeks" })), [figure()])).toEqual(["it is no longer told for 8 weeks"]);
  });

  test("is gone when another version took its place, or its KPI is no more", () => {
    const now = [figure({ definition: "on-time@2" })];
    expect(gone(published(figure()), now, "on-time@2")).toEqual(["on-time@2 took its place"]);
    expect(gone(published(figure({ definition: "churn@1" })), [figure()])).toEqual(["there is no KPI churn any more"]);
  });

  test("stands as it was published when its period has passed", () => {
    expect(gone(published(figure({ scope: smb })), [figure({ asOf: JULY })], "on-time@1", JULY)).toEqual([]);
  });

  test("is withdrawn once", () => {
    expect(gone(published(figure({ scope: smb }), null), [figure()])).toEqual([]);
  });
});
