import type { SiteCall } from "../call.ts";
import { partsOf, registerUpload } from "../site/uploads.ts";
import { stamp } from "../state.ts";
import { descendants, isFault } from "../wire/document.ts";
import { badRequest } from "../wire/errors.ts";
import { readWorkbookDocument } from "./workbook-document.ts";
import type { WorkbookDocument } from "./workbook-document.ts";

interface Finding {
  readonly severity: "ERROR" | "WARNING";
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly elementName: string;
}

/**
 * `POST /workbooks/validateWorkbookAndUpload` (reference tableau.md §3.9), JSON only: what is wrong with a `.twb`, and
 * where nothing is, the upload to publish it by. It knows the elements the schema insists on, not the whole schema.
 */
export async function validateWorkbook(call: SiteCall): Promise<Response> {
  const file = (await partsOf(call)).find((part) => part.name === "tableau_workbook");
  if (file === undefined) throw badRequest("The part tableau_workbook is missing.");
  if (file.bytes.subarray(0, 2).toString("latin1") === "PK") throw badRequest("Only a .twb can be validated.");
  const document = readWorkbookDocument(file.bytes);
  const errors: readonly Finding[] = isFault(document)
    ? [{ severity: "ERROR", ...document, elementName: "workbook" }]
    : missingParts(document).map((finding) => told("ERROR", finding));
  const warnings = isFault(document) ? [] : looseEnds(call, document).map((finding) => told("WARNING", finding));
  return Response.json({
    timestamp: stamp(call.state.environment.clock.now()),
    ...(errors.length === 0 ? { uploadId: (await registerUpload(call, file.bytes)).id } : {}),
    errors,
    warnings,
  });
}

type Found = Pick<Finding, "message" | "elementName">;

function told(severity: Finding["severity"], found: Found): Finding {
  return { severity, ...found, line: null, column: null };
}

/** What the schema requires of every workbook, worksheet and dashboard. */
function missingParts({ root, sheets }: WorkbookDocument): readonly Found[] {
  const absent = (name: string): readonly Found[] =>
    root.children.some((child) => child.name === name)
      ? []
      : [{ message: `The element ${name} is missing.`, elementName: "workbook" }];
  return [
    ...absent("worksheets"),
    ...absent("explain-data"),
    ...sheets
      .filter(({ hasId }) => !hasId)
      .map(({ name, sheetType }) => ({
        message: `'${name}' has no simple-id.`,
        elementName: sheetType === "view" ? "worksheet" : "dashboard",
      })),
  ];
}

/** What the schema lets through and Tableau stumbles over. */
function looseEnds(call: SiteCall, { root, sheets, connections }: WorkbookDocument): readonly Found[] {
  const names = new Set(sheets.filter(({ sheetType }) => sheetType === "view").map(({ name }) => name));
  const published = new Set([...call.site.datasources.values()].map(({ contentUrl }) => contentUrl));
  return [
    ...descendants(root, "zone").flatMap(({ attributes }) => {
      const { name, "type-v2": type } = attributes;
      return name === undefined || type !== undefined || names.has(name)
        ? []
        : [{ message: `The zone '${name}' shows no worksheet of the workbook.`, elementName: "zone" }];
    }),
    ...connections
      .filter(({ type, database }) => type === "sqlproxy" && !published.has(database))
      .map(({ caption }) => ({
        message: `The data source '${caption}' is not on this site.`,
        elementName: "datasource",
      })),
  ];
}
