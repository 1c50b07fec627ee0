import { starTable } from "../../kpis/index.ts";
import type { StarTableName } from "../../kpis/index.ts";
import { HubError, hashText } from "../../model/index.ts";
import { columnElement, distinctCaptions, fieldsOf } from "../fields.ts";
import type { Field } from "../fields.ts";
import { quoted } from "./parameters.ts";
import { VERDICTS, verdictText } from "./verdicts.ts";
import { metadataRecord } from "../metadata-record.ts";
import { xml } from "../xml.ts";
import type { XmlElement } from "../xml.ts";

/** Where the published data sources are. */
export interface TableauSite {
  /** Host name. */
  readonly server: string;
  /** `https` or `http`, with its port. */
  readonly channel: "https" | "http";
  readonly port: number;
  /** The site's contentUrl; empty for the default site. */
  readonly site: string;
  /** What published data sources are called in addresses, by their names; guessed for those it lacks. */
  readonly contentUrls?: ReadonlyMap<string, string>;
}

/** A calculation that a sheet needs; its formula names fields of the same source in brackets. */
export interface Calculation {
  readonly name: string;
  readonly caption: string;
  readonly formula: string;
  readonly datatype: Field["datatype"];
  readonly role: Field["role"];
  readonly format?: string;
}

/** A published data source: one fact with its dimensions. */
export interface Source {
  readonly fact: StarTableName;
  /** `sqlproxy.…`, by which everything in the workbook refers to it. */
  readonly id: string;
  readonly caption: string;
  readonly fields: readonly Field[];
}

/** The field of verdicts, where a source has them. */
const VERDICT = "calc_verdict";

/** The data source that is published of a fact, with calculations of the workbook's own. */
export function sourceOf(fact: StarTableName, calculations: readonly Calculation[]): Source {
  const computed = calculations.map(({ format, role, datatype, ...calculation }): Field => {
    const type = role === "measure" ? "quantitative" : datatype === "string" ? "nominal" : "ordinal";
    const made = { ...calculation, role, datatype, type, hidden: false, comment: null, column: null } as const;
    return { ...made, format: format ?? null };
  });
  return {
    fact,
    id: `sqlproxy.${hashText(fact).slice(0, 28)}`,
    caption: starTable(fact).caption,
    fields: distinctCaptions([...fieldsOf(fact), ...computed]),
  };
}

/**
 * A field by the name sheets use.
 * @throws HubError HUB-1001 when there is none, or people do not see it: a sheet of the workbook is wrong
 */
export function fieldOf(source: Source, name: string): Field {
  const field = source.fields.find((each) => each.name === name && !each.hidden);
  if (field === undefined) throw new HubError("HUB-1001", `The data source ${source.caption} has no field ${name}.`);
  return field;
}

/** Names of the fields that a formula stands on; a parameter is none. */
export function namedIn(formula: string): readonly string[] {
  return [...formula.replaceAll(/\[Parameters\]\.\[[^\]]+\]/gu, "").matchAll(/\[([^\]]+)\]/gu)].map(
    ([, name = ""]) => name,
  );
}

/** The data source as the workbook refers to it; its content stays on the server. */
export function sourceElement(source: Source, site: TableauSite): XmlElement {
  const contentUrl = site.contentUrls?.get(source.caption) ?? contentUrlOf(source.caption);
  const hasVerdict = source.fields.some(({ name }) => name === VERDICT);
  const stored = source.fields.filter(({ column }) => column !== null);
  return xml("datasource", { caption: source.caption, inline: true, name: source.id, version: "26.1" }, [
    xml("repository-location", {
      id: contentUrl,
      path: site.site === "" ? "/datasources" : `/t/${site.site}/datasources`,
      revision: "1.0",
      site: site.site === "" ? undefined : site.site,
    }),
    xml(
      "connection",
      {
        channel: site.channel,
        class: "sqlproxy",
        dbname: contentUrl,
        directory: "dataserver",
        port: site.port,
        server: site.server,
        "server-ds-friendly-name": source.caption,
        username: "",
      },
      [
        xml("relation", { name: "sqlproxy", table: "[sqlproxy]", type: "table" }),
        xml(
          "metadata-records",
          {},
          stored.map((field, ordinal) =>
            metadataRecord(field, { remoteName: field.name, parent: "sqlproxy", ordinal }),
          ),
        ),
      ],
    ),
    xml("aliases", { enabled: "yes" }),
    ...source.fields.map(columnElement),
    ...(hasVerdict ? [verdictInstance()] : []),
    xml("layout", { "dim-ordering": "alphabetic", "measure-ordering": "alphabetic", "show-structure": true }),
    hasVerdict ? verdictColors() : null,
  ]);
}

function verdictInstance(): XmlElement {
  const name = `[none:${VERDICT}:nk]`;
  return xml("column-instance", { column: `[${VERDICT}]`, derivation: "None", name, pivot: "key", type: "nominal" });
}

/** The same colour for the same verdict on every sheet; Tableau looks for it at the source, not at the sheet. */
function verdictColors(): XmlElement {
  return xml("style", {}, [
    xml("style-rule", { element: "mark" }, [
      xml(
        "encoding",
        { attr: "color", field: `[none:${VERDICT}:nk]`, type: "palette" },
        Object.entries(VERDICTS).map(([verdict, { color }]) =>
          xml("map", { to: color }, [xml("bucket", {}, quoted(verdictText(verdict)))]),
        ),
      ),
    ]),
  ]);
}

/** What Tableau makes of a data source's name when nothing else has it. */
export function contentUrlOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/gu, "");
}
