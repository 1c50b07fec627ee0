import type { Field } from "./fields.ts";
import { xml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

/** OLE DB type codes (reference tableau.md §6.2). */
const REMOTE_TYPES: Readonly<Record<Field["datatype"], number>> = {
  string: 129,
  integer: 20,
  real: 5,
  date: 133,
  datetime: 135,
};
const AGGREGATIONS: Readonly<Record<Field["datatype"], string>> = {
  string: "Count",
  integer: "Sum",
  real: "Sum",
  date: "Year",
  datetime: "Year",
};

/** What a field is called where it comes from. */
export interface Origin {
  readonly remoteName: string;
  readonly parent: string;
  readonly ordinal: number;
  /** The object of the relationship tree it belongs to. */
  readonly object?: string;
}

/** A field as the connection knows it. */
export function metadataRecord({ name, caption, datatype, role }: Field, origin: Origin): XmlElement {
  return xml("metadata-record", { class: "column" }, [
    xml("remote-name", {}, origin.remoteName),
    xml("remote-type", {}, String(REMOTE_TYPES[datatype])),
    xml("local-name", {}, `[${name}]`),
    xml("parent-name", {}, `[${origin.parent}]`),
    xml("remote-alias", {}, origin.object === undefined ? caption : origin.remoteName),
    xml("ordinal", {}, String(origin.ordinal)),
    xml("local-type", {}, datatype),
    // A number that is a name is told apart, never added.
    xml("aggregation", {}, datatype === "integer" && role === "dimension" ? "Count" : AGGREGATIONS[datatype]),
    xml("contains-null", {}, "true"),
    origin.object === undefined ? null : xml("object-id", {}, `[${origin.object}]`),
  ]);
}
