import type { Contract } from "./contract.ts";
import { checkAttribute, known } from "./problems.ts";
import type { Sides } from "./problems.ts";
import type { HandoffFile } from "./schema.ts";

/** For a target that is the source itself: the person attribute that makes it present. */
export function readPresence(file: HandoffFile, { source, sourceType, report }: Sides): string | null {
  const text = file.to.present_when;
  const path = ["to", "present_when"];
  if (file.to.expect !== "itself") {
    if (text !== undefined)
      report(
        path,
        "HUB-2206",
        "`present_when` belongs to a target that is the source itself.",
        "Leave it out, or write `expect: itself`.",
      );
    return null;
  }
  const attribute = /^(?:when )?(?:its )?(\S+) is a person$/u.exec(text?.trim() ?? "")?.[1];
  if (attribute === undefined) {
    report(
      path,
      "HUB-2206",
      "A target that is the source itself needs to say when it is present.",
      "Write `present_when: owner is a person`.",
    );
    return null;
  }
  checkAttribute(path, attribute, source, sourceType, report);
  return attribute;
}

/** What a created target begins with, each as its attribute takes it. */
export function readBeginnings(file: HandoffFile, { target, targetType, report }: Sides): Contract["begins"] {
  return Object.fromEntries(
    Object.entries(file.to.begins ?? {}).map(([attribute, value]) => {
      checkAttribute(["to", "begins", attribute], attribute, target, targetType, report);
      const stages = target?.stages ?? null;
      if (attribute === "stage" && stages !== null && typeof value === "string" && !stages.includes(value)) {
        report(
          ["to", "begins", attribute],
          "HUB-2203",
          `Objects of the type ${targetType} have no stage "${value}".`,
          known(stages),
          { word: value, known: stages },
        );
      }
      const day = target?.attributes.get(attribute) === "date" && typeof value === "string";
      return [attribute, day ? { day: value } : value];
    }),
  );
}

/** Where a missing target is created: a connection, and the template, or board and group, or object there. */
export function readCreateFrom(
  file: HandoffFile,
  connections: readonly string[] | undefined,
  { target, targetType, report }: Sides,
): Contract["createFrom"] {
  const text = file.to.create_from;
  if (text === undefined) return null;
  const path = ["to", "create_from"];
  const [connection = "", ...rest] = text.split("/");
  const template = rest.join("/").trim();
  const holders = target?.connections ?? [];
  if (template === "") {
    report(
      path,
      "HUB-2207",
      `"${text}" names no template.`,
      "Write `<connection>/<template>`, `<connection>/<board>/<group>` or `<connection>/<object>`.",
    );
  } else if (connections !== undefined && !connections.includes(connection)) {
    report(path, "HUB-2207", `There is no connection "${connection}".`, known(connections), {
      word: connection,
      known: connections,
    });
  } else if (holders.length > 0 && !holders.includes(connection)) {
    report(
      path,
      "HUB-2207",
      `What is created in ${connection} would never be found: objects of the type ${targetType} are read from ${holders.join(" and ")}.`,
      `Write \`${holders[0] ?? ""}/<template>\`.`,
    );
  }
  return { connection, template };
}
