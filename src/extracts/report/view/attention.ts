import type { OpenHandoff, ReportData } from "../data.ts";
import { inPeriod } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, moneyText, plural } from "./format.ts";
import { dataTable, el, outLink } from "./html.ts";
import type { Markup } from "./html.ts";
import { card } from "./tiles.ts";

/** More stand folded below. */
export const LISTED = 20;

export function attentionList(data: ReportData, filter: Filter): Markup {
  const rows = attentionRows(data, filter);
  return card(
    "Late, missing, to be decided, waiting",
    "One line per handoff, the most money first. A handoff of a person is shown by its record and without its sentence.",
    `${plural(rows.length, "handoff", "handoffs")} of ${countText(data.attention.total)}; hub handoffs lists them all`,
    rows.length === 0
      ? el("p", { class: "nothing" }, "Nothing waits for anybody.")
      : [
          attentionTable(data, rows.slice(0, LISTED)),
          rows.length <= LISTED
            ? null
            : el(
                "details",
                {},
                el("summary", {}, `${countText(rows.length - LISTED)} more`),
                attentionTable(data, rows.slice(LISTED)),
              ),
        ],
    true,
  );
}

export function attentionRows(data: ReportData, filter: Filter): readonly OpenHandoff[] {
  return data.attention.rows.filter(
    (row) => inPeriod(data, filter, row.m) && (filter.segment === null || row.s === filter.segment),
  );
}

export function attentionTable(data: ReportData, rows: readonly OpenHandoff[]): Markup {
  const titles = new Map(data.contracts.map(({ id, title }) => [id, title]));
  return dataTable(
    "Handoffs that need somebody",
    [
      { title: "Handoff" },
      { title: "State" },
      { title: "Why" },
      { title: "Due" },
      { title: "Age", align: "right" },
      { title: "Money", align: "right" },
    ],
    rows.map((row) => [
      [
        row.account === null
          ? outLink(row.sourceUrl ?? row.targetUrl, shortName(row.source ?? row.target ?? row.key))
          : outLink(row.targetUrl ?? row.accountUrl, row.account),
        el("br", {}),
        el("span", { class: "soft" }, titles.get(row.c) ?? row.c),
      ],
      el("span", { class: row.state === "waiting" ? "tag" : "tag hot" }, row.label),
      row.because ?? (row.triggered === null ? "–" : `Triggered ${dayText(row.triggered)}.`),
      el("span", { class: "nowrap" }, row.due === null ? "–" : dayText(row.due)),
      el("span", { class: "nowrap" }, row.ageDays === null ? "answered" : plural(row.ageDays, "day", "days")),
      el("span", { class: "nowrap" }, row.money === null ? "–" : moneyText(row.money, data.currency)),
    ]),
    "list",
  );
}

/** A record's own id of a key `system/tenant/stream/id`. */
export function shortName(name: string): string {
  const parts = name.split("/");
  return parts.length === 4 ? `${parts[0] ?? ""} ${parts[3] ?? ""}` : name;
}
