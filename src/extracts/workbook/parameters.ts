import type { KpiDefinition } from "../../kpis/index.ts";
import { xml } from "../xml.ts";
import type { XmlElement } from "../xml.ts";

/** What a viewer may choose among. */
export interface Choices {
  readonly processes: readonly { readonly name: string; readonly title: string }[];
  readonly segments: readonly string[];
  readonly windows: readonly KpiDefinition["windows"][number][];
}

/** One choice for the whole workbook: unlike a filter it reaches every data source. */
export interface Parameter {
  readonly name: "Process" | "Segment" | "Period";
  /** The first is what stands there before anybody chooses. */
  readonly members: readonly { readonly value: string; readonly label: string }[];
}

export const ALL = "all";
export const AS_DEFINED = "as defined";
const SOURCE = "Parameters";

export function parametersOf({ processes, segments, windows }: Choices): readonly Parameter[] {
  return [
    {
      name: "Process",
      members: [
        { value: ALL, label: "All processes" },
        ...processes.map(({ name, title }) => ({ value: name, label: title })),
      ],
    },
    {
      name: "Segment",
      members: [{ value: ALL, label: "All segments" }, ...segments.map((name) => ({ value: name, label: name }))],
    },
    {
      name: "Period",
      members: [
        { value: AS_DEFINED, label: "As each KPI defines" },
        ...windows.map(({ text }) => ({ value: text, label: `Last ${text}` })),
      ],
    },
  ];
}

/** `[Parameters].[Process]`, in formulas and on dashboards alike. */
export function parameterName(name: Parameter["name"]): string {
  return `[${SOURCE}].[${name}]`;
}

/** Text in a formula or as a member; a quotation mark is written twice. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The parameters that formulas name. */
export function parametersIn(
  formulas: readonly (string | null)[],
  parameters: readonly Parameter[],
): readonly Parameter[] {
  return parameters.filter(({ name }) => formulas.some((formula) => formula?.includes(parameterName(name)) === true));
}

/** The source that Tableau keeps parameters in. */
export function parameterSource(parameters: readonly Parameter[]): XmlElement {
  return xml("datasource", { hasconnection: false, inline: true, name: SOURCE, version: "26.1" }, [
    xml("aliases", { enabled: "yes" }),
    ...parameters.map(parameterColumn),
  ]);
}

export function parameterLink(): XmlElement {
  return xml("datasource", { name: SOURCE });
}

export function parameterDependencies(parameters: readonly Parameter[]): XmlElement {
  return xml("datasource-dependencies", { datasource: SOURCE }, parameters.map(parameterColumn));
}

function parameterColumn({ name, members }: Parameter): XmlElement {
  const value = quoted(members[0]?.value ?? "");
  return xml(
    "column",
    {
      caption: name,
      datatype: "string",
      name: `[${name}]`,
      "param-domain-type": "list",
      role: "measure",
      type: "nominal",
      value,
    },
    [
      xml("calculation", { class: "tableau", formula: value }),
      xml(
        "members",
        {},
        members.map((member) => xml("member", { alias: member.label, value: quoted(member.value) })),
      ),
    ],
  );
}
