import type { KpiResult } from "../kpis/index.ts";
import { publishedNumber } from "../sync/index.ts";
import type { KpiStory, EvidencePart, TracedRow } from "./kpi-story.ts";
import { partOf } from "./kpi-story.ts";
import { localTime } from "./local-time.ts";
import { AS_SHARE, formatValue } from "./figure-text.ts";
import { formatTable } from "./table.ts";

/** Why a figure is what it is, as a person reads it: the sentence first, then how, from what, and the cases behind it. */
export function kpiStoryText(story: KpiStory, zone: string): string {
  const { asOf, definition, result } = story;
  const { scope, window } = result;
  const of = scope.type === "company" ? "the company" : `${scope.type} ${scope.key}`;
  return [
    `${definition.title}, ${of}, ${window.text} (${window.fromDay} until before ${window.toDay}), as of ${localTime(asOf, zone)}\n`,
    `  ${result.sentence}\n`,
    figuresText(result),
    gateText(story),
    `\nHow it is computed (${definition.key}, owner ${definition.owner})\n  ${definition.explanation}\n`,
    publishedText(story, zone),
    sourcesText(story, zone),
    ...PARTS.map(([part, title]) => partText(story, part, title, zone)),
  ].join("");
}

const PARTS: readonly (readonly [EvidencePart, (story: KpiStory) => string])[] = [
  ["against", ({ result }) => againstTitle(result)],
  ["for", () => "The others that count"],
  ["pending", ({ result: { unit } }) => (unit === "ratio" ? "Not decided yet" : "Still open, counted beside it")],
  ["excluded", () => "Left out"],
];

function againstTitle(result: KpiResult): string {
  return result.unit === "ratio"
    ? "Counts against it"
    : `Longer than ${formatValue(result.target ?? result.p90, result)}`;
}

function figuresText(result: KpiResult): string {
  const { value, numerator, denominator, n, nOpen, excluded, interval, bound, p90, targetText, verdict } = result;
  const left = Object.entries(excluded).map(([reason, count]) => `${count} ${reason}`);
  const parts = [
    `value ${formatValue(value, result)}`,
    // A reduction's numerator and denominator are medians, which its sentence tells.
    ...(numerator === null || denominator === null || denominator > 1e6 ? [] : [`${numerator} of ${denominator}`]),
    `n ${n.toLocaleString("en-US")}`,
    `open ${nOpen.toLocaleString("en-US")}`,
    ...(interval === null
      ? []
      : [`95 % interval ${formatValue(interval.low, result)} to ${formatValue(interval.high, result)}`]),
    ...(p90 === null ? [] : [`90 % within ${formatValue(p90, result)}`]),
    ...(bound === null ? [] : [`other reading ${formatValue(bound, result)}`]),
    `target ${targetText ?? "none"}${targetText === null ? "" : `: ${verdict}`}`,
  ];
  return `  ${parts.join("; ")}\n${left.length === 0 ? "" : `  left out: ${left.join(", ")}\n`}`;
}

function gateText({ gate, definition: { gates } }: KpiStory): string {
  if (gate !== null) return `  GATED: ${gate}\n`;
  const share = (value: number): string => formatValue(value, AS_SHARE);
  const asks = [
    "read in full",
    ...(gates.freshness ? ["fresh"] : []),
    ...(gates.mapping > 0 ? [`${share(gates.mapping)} mapped`] : []),
    ...(gates.links > 0 ? [`${share(gates.links)} joined`] : []),
  ];
  return `  gates passed: ${asks.join(", ")}\n`;
}

/** What was said before, each with why it became another figure; the last one differs only when it was not measured since. */
function publishedText({ published, result }: KpiStory, zone: string): string {
  const lines = published.flatMap((figure, index) => {
    if (index > 0 && figure.because === null) return [];
    const value = formatValue(publishedNumber(figure, "value"), result);
    if (figure.amounts === null)
      return [
        `  withdrawn as of ${localTime(figure.asOf, zone)}, run ${figure.runId.slice(0, 8)}, because ${(figure.because ?? []).join("; ")}\n`,
      ];
    const why = figure.because === null ? "" : `, restated because ${figure.because.join("; ")}`;
    return [
      `  ${value}, n ${publishedNumber(figure, "n") ?? 0}, as of ${localTime(figure.asOf, zone)}, run ${figure.runId.slice(0, 8)}${why}\n`,
    ];
  });
  const last = published.at(-1);
  const isOther =
    last !== undefined && (publishedNumber(last, "value") !== result.value || publishedNumber(last, "n") !== result.n);
  if (isOther) lines.push("  From what is stored now it is another one: `hub measure` publishes it.\n");
  return `\nPublished\n${lines.length === 0 ? "  not yet\n" : lines.join("")}`;
}

function sourcesText({ sources }: KpiStory, zone: string): string {
  if (sources.length === 0)
    return "\nRead from\n  no stream of its own: it counts procedures, or what is known of all sources\n";
  return `\nRead from\n${formatTable(
    [
      { title: "connection" },
      { title: "stream" },
      { title: "" },
      { title: "stored", align: "right" },
      { title: "at source", align: "right" },
      { title: "run" },
      { title: "as of" },
    ],
    sources.map(({ connection, stream, reading }) =>
      reading === null
        ? [connection, stream, "never read"]
        : [
            connection,
            stream,
            reading.certificate.complete ? "complete" : "INCOMPLETE",
            reading.certificate.stored.toLocaleString("en-US"),
            reading.certificate.sourceCount?.toLocaleString("en-US") ?? "–",
            reading.run.id.slice(0, 8),
            localTime(reading.run.asOf, zone),
          ],
    ),
  )}`;
}

function partText(story: KpiStory, part: EvidencePart, title: (story: KpiStory) => string, zone: string): string {
  if (story.evidence === null) return part === "against" ? "\nIts rows are not kept apart.\n" : "";
  const total = story.evidence.rows.filter((row) => partOf(row) === part).length;
  if (total === 0) return "";
  const shown = story.rows.filter(({ row }) => partOf(row) === part);
  const more = total - shown.length;
  return [
    `\n${title(story)}: ${total.toLocaleString("en-US")}\n`,
    ...shown.map((traced) => rowText(traced, zone)),
    more === 0 ? "" : `  ${more.toLocaleString("en-US")} more, --all shows them\n`,
  ].join("");
}

function rowText({ row, origins }: TracedRow, zone: string): string {
  const named = row.name ?? origins.find(({ name }) => name !== null)?.name ?? row.key;
  const at = row.at === null ? "" : `, ${localTime(row.at, zone)}`;
  const url = row.url ?? origins.find((origin) => origin.url !== null)?.url ?? null;
  return [
    `  ${named}${at}: ${row.because}\n`,
    url === null ? "" : `    ${url}\n`,
    ...origins.map(({ record, run }) => `    from ${record}, run ${run.slice(0, 8)}\n`),
  ].join("");
}
