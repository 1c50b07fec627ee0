import type { Evidence, Kpi, ReportData, Value } from "../data.ts";
import { scopeTitle } from "./cut-card.ts";
import { readingOf } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, plural, valueText } from "./format.ts";
import { dataTable, el, outLink } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { evidenceHref, howComputed, valueCell, windowText } from "./tiles.ts";
import { verdictMark } from "./verdict.ts";

/** The figure that a link asked for, `error-rate` or `error-rate/process/hiring`. */
export interface Chosen {
  readonly kpi: string;
  readonly scope: string | null;
  readonly key: string | null;
}

export function chosenOf(path: readonly string[]): Chosen | null {
  const [kpi, scope, key] = path.map((part) => decodeURIComponent(part));
  return kpi === undefined || kpi === "" ? null : { kpi, scope: scope ?? null, key: key ?? null };
}

/** Figures of no company value show so many of their cuts. */
export const CUTS_SHOWN = 12;

/** Cases and handoffs behind each figure, part by part of the company. The figure a link asked for is open. */
export function evidencePage(data: ReportData, filter: Filter, chosen: Chosen | null): Child {
  const groups = data.pages.flatMap(({ id, title }) => {
    const kpis = data.kpis.filter(({ page }) => page === id);
    return kpis.length === 0 ? [] : [{ title: id === "overview" ? "Whole company" : title, kpis }];
  });
  return [
    el(
      "p",
      { class: "note" },
      "What counts against each figure over its own period: the latest records, of times the longest, up to 200 of a figure. A record's name opens it in its system; hub explain tells the whole life of an id, and all records of a figure.",
    ),
    groups.map(({ title, kpis }) => [
      el("h2", {}, title),
      kpis.map((kpi) => evidenceOf(data, kpi, filter, chosen?.kpi === kpi.id ? chosen : null)),
    ]),
  ];
}

export function evidenceOf(data: ReportData, kpi: Kpi, filter: Filter, chosen: Chosen | null): Markup {
  const value = valueMeant(kpi, filter, chosen);
  const lists = evidenceLists(data, kpi, value);
  const total = lists.reduce((sum, { count }) => sum + count, 0);
  return el(
    "details",
    { class: "card wide evidence", id: `evidence-${kpi.id}`, open: chosen !== null },
    el(
      "summary",
      {},
      el("strong", {}, kpi.title),
      value === null
        ? " · by cut"
        : ` · ${scopeTitle(data, value.scope, value.key)} ${valueText(value.value, kpi.unit)} (${windowText(value)}) `,
      value === null || value.status === "no target" ? null : verdictMark(value.status),
      ` · ${total === 0 ? "no record counts against it" : plural(total, "record", "records")}`,
    ),
    el("p", { class: "sentence" }, value?.sentence ?? kpi.question),
    howComputed(kpi, value),
    cutsOf(data, kpi, chosen),
    lists.map((list) => evidenceList(data, kpi, list)),
  );
}

/** The KPI's own values by each of its cuts, where a link asked for it; else the link that does. */
export function cutsOf(data: ReportData, kpi: Kpi, chosen: Chosen | null): Child {
  const values = kpi.values.filter(({ scope, shown }) => shown && scope !== "company");
  if (values.length === 0) return null;
  const cuts = [...new Set(values.map(({ scope }) => (scope === "contract" ? "handoff" : scope)))];
  const title = `Its values by ${cuts.join(", ")}`;
  if (chosen === null) {
    return el("p", { class: "facts" }, el("a", { href: evidenceHref(kpi, { scope: "company", key: "all" }) }, title));
  }
  return el(
    "details",
    { class: "cuts" },
    el("summary", {}, title),
    dataTable(
      `${kpi.title} by ${cuts.join(", ")}`,
      [{ title: "Of" }, { title: "Value", align: "right" }, { title: "Based on" }],
      values.map((value) => [
        [scopeTitle(data, value.scope, value.key), " ", el("span", { class: "soft" }, value.scope)],
        valueCell(data, kpi, value),
        `${countText(value.n)}, ${windowText(value)}`,
      ]),
      "brief",
    ),
  );
}

/** The value a link asked for, else the one under the filter. */
export function valueMeant(kpi: Kpi, filter: Filter, chosen: Chosen | null): Value | null {
  if (chosen?.scope != null) {
    const asked = kpi.values.find(({ scope, key, shown }) => shown && scope === chosen.scope && key === chosen.key);
    if (asked !== undefined) return asked;
  }
  return readingOf(kpi, { ...filter, period: null }).value;
}

export interface EvidenceList {
  readonly title: string;
  readonly count: number;
  readonly keys: readonly string[];
  readonly note: string | null;
}

/** The list of the value; for a cut without one of its own what the company's list has of it. */
export function evidenceLists(data: ReportData, kpi: Kpi, value: Value | null): readonly EvidenceList[] {
  const mine = data.evidence.filter((each) => each.kpi === kpi.id);
  const toList = ({ scope, key, count, keys }: Evidence): EvidenceList => ({
    title: scopeTitle(data, scope, key),
    count,
    keys,
    note: keys.length < count ? `${countText(keys.length)} of ${countText(count)} shown.` : null,
  });
  if (value === null) return mine.slice(0, CUTS_SHOWN).map(toList);
  const own = mine.find(({ scope, key }) => scope === value.scope && key === value.key);
  if (own !== undefined) return [toList(own)];
  // One number over several processes has its records with each of them.
  if (value.scope === "company") return mine.slice(0, CUTS_SHOWN).map(toList);
  const all = mine.find(({ scope }) => scope === "company");
  const cut = { process: "p", segment: "s" }[value.scope];
  if (all === undefined || cut === undefined) return [];
  const keys = all.keys.filter((key) => {
    const record = data.records[key];
    return (cut === "p" ? record?.p : record?.s) === value.key;
  });
  const note = `Of the ${countText(all.keys.length)} listed for the whole company, where ${countText(all.count)} count against it.`;
  return keys.length === 0 ? [] : [{ title: scopeTitle(data, value.scope, value.key), count: keys.length, keys, note }];
}

export function evidenceList(data: ReportData, kpi: Kpi, { title, keys, note }: EvidenceList): Child {
  return [
    el("h3", { class: "listtitle" }, title),
    note === null ? null : el("p", { class: "note" }, note),
    dataTable(
      `Records behind ${kpi.title}, ${title}`,
      [{ title: "Record" }, { title: "What it is" }, { title: "For hub explain" }],
      keys.map((key) => {
        const record = data.records[key];
        return record === undefined
          ? [key, "", key]
          : [outLink(record.url, record.name), record.text, el("code", {}, record.id)];
      }),
      "list",
    ),
  ];
}
