import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./e2e.ts";

/** Releases of Tableau whose schema of workbooks a document may be held against. */
export type TableauRelease = "2026.1.0" | "2025.3.0";

const FOLDER = process.env["HUB_TWB_SCHEMAS"] ?? join(ROOT, "..", "shared", "specs");
const schemaOf = (release: TableauRelease): string => join(FOLDER, `twb_${release}.xsd`);

/** True where Tableau's schemas of workbooks and the program that holds a file against them are here. */
export function canValidateWorkbooks(): boolean {
  return (
    existsSync(schemaOf("2026.1.0"))
    && existsSync(schemaOf("2025.3.0"))
    && spawnSync("xmllint", ["--version"]).status === 0
  );
}

const XS = "http://www.w3.org/2001/XMLSchema";
/** The schema imports two namespaces without saying where they are (reference tableau.md §6.4). */
const STUBS = [
  {
    namespace: "http://www.tableausoftware.com/xml/user",
    file: "user.xsd",
    content:
      '<xs:attributeGroup name="UserAttributes-AG"><xs:anyAttribute processContents="skip"/></xs:attributeGroup>',
  },
  {
    namespace: "http://www.w3.org/XML/1998/namespace",
    file: "xml.xsd",
    content: '<xs:attribute name="base" type="xs:anyURI"/>',
  },
];

/** What the schema says against a workbook; empty when it fits. */
export async function workbookMisfits(
  workbook: string,
  folder: string,
  release: TableauRelease = "2026.1.0",
): Promise<string> {
  await mkdir(folder, { recursive: true });
  let schema = await readFile(schemaOf(release), "utf8");
  for (const { namespace, file, content } of STUBS) {
    await writeFile(
      join(folder, file),
      `<xs:schema xmlns:xs="${XS}" targetNamespace="${namespace}">${content}</xs:schema>`,
    );
    schema = schema.replace(
      `<xs:import namespace="${namespace}"/>`,
      `<xs:import namespace="${namespace}" schemaLocation="${file}"/>`,
    );
  }
  await writeFile(join(folder, "twb.xsd"), schema);
  const { status, stderr } = spawnSync("xmllint", ["--noout", "--schema", join(folder, "twb.xsd"), workbook], {
    encoding: "utf8",
  });
  return status === 0 ? "" : stderr;
}
