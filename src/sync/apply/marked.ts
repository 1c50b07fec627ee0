import type { JsonObject, ModelObject } from "../../model/index.ts";

/** The attribute of objects whose record carries the hub's marker; mappings name no such one. */
const MARKER = "hub_marker";

/**
 * What a creation leaves in its target so that it is found again. What was taken back keeps its own: the next creation
 * for the handoff is another record.
 */
export function markerOf(handoffId: string, takenBack: number): string {
  return `hub:${handoffId}${takenBack === 0 ? "" : `.${String(takenBack + 1)}`}`;
}

/** Objects with the marker of the record they were mapped from, where it carries one. */
export function withMarker(objects: readonly ModelObject[], content: JsonObject | null): readonly ModelObject[] {
  const marker = objects.length === 0 ? null : markerIn(content);
  if (marker === null) return objects;
  return objects.map((object) => ({ ...object, attributes: { ...object.attributes, [MARKER]: marker } }));
}

/** The handoff that the hub made an object for, as its marker says; null for what carries none. */
export function handoffOf({ attributes }: Pick<ModelObject, "attributes">): string | null {
  const marker = attributes[MARKER];
  return typeof marker === "string" ? (MARKER_FORM.exec(marker)?.[1] ?? null) : null;
}

/** Bound to the handoff's id, which is a hash of contract, source and occurrence: nobody comes by it otherwise. */
const MARKER_FORM = /^hub:([0-9a-f]{32})(?:\.\d+)?$/u;

/** A marker is a text of its own, or a line of one. */
function markerIn(value: unknown): string | null {
  if (typeof value === "string") {
    if (!value.includes("hub:")) return null;
    return (
      value
        .split("\n")
        .find((line) => MARKER_FORM.test(line.trim()))
        ?.trim() ?? null
    );
  }
  if (typeof value !== "object" || value === null) return null;
  for (const member of Object.values(value)) {
    const found = markerIn(member);
    if (found !== null) return found;
  }
  return null;
}
