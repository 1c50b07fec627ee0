import type { Site } from "../state.ts";

export type Mode = "Allow" | "Deny";

/** One line of a permission table: who may (not) do what. */
export interface Grant {
  readonly granteeKind: "user" | "group";
  readonly granteeId: string;
  readonly capability: string;
  readonly mode: Mode;
}

/** Kinds of content that a project grants permissions on by default. */
export const DEFAULT_KINDS = ["workbooks", "datasources", "flows", "lenses", "metrics", "databases", "tables"] as const;
export type DefaultKind = (typeof DEFAULT_KINDS)[number];

/** One published state of something; its bytes lie in a file of their own. */
export interface Revision {
  readonly number: number;
  readonly publishedAt: number;
  readonly file: string;
  readonly fileName: string;
  readonly bytes: number;
}

/** A data-quality warning. */
export interface Warning {
  readonly id: string;
  readonly createdAt: number;
  readonly userId: string;
  type: string;
  message: string;
  isActive: boolean;
  isSevere: boolean;
  updatedAt: number;
}

/** What data sources and workbooks have in common. */
export interface Published {
  readonly id: string;
  name: string;
  readonly contentUrl: string;
  projectId: string;
  ownerId: string;
  description: string;
  /** Serial number of the web page. */
  readonly pageNumber: number;
  readonly createdAt: number;
  updatedAt: number;
  readonly tags: Set<string>;
  grants: Grant[];
  readonly revisions: Revision[];
  warnings: readonly Warning[];
}

export interface Datasource extends Published {
  readonly kind: "datasource";
  certified: boolean;
  certificationNote: string;
  useRemoteQueryAgent: boolean;
  readonly connectionId: string;
}

/** A sheet, dashboard or story of a workbook. */
export interface View {
  readonly id: string;
  readonly name: string;
  readonly contentUrl: string;
  readonly sheetType: "view" | "dashboard" | "story";
  readonly hidden: boolean;
  readonly tags: Set<string>;
}

/** Where a workbook takes data from: a published data source, or something of its own. */
export interface WorkbookConnection {
  readonly id: string;
  readonly type: string;
  readonly serverAddress: string;
  readonly serverPort: string;
  readonly datasource: { readonly id: string; readonly name: string };
}

export interface Workbook extends Published {
  readonly kind: "workbook";
  showTabs: boolean;
  /** In the order of the document. */
  views: readonly View[];
  connections: readonly WorkbookConnection[];
}

export type PublishedItem = Datasource | Workbook;

/** The item `name` of a project; names are compared without case. */
export function findPublished<T extends Published>(
  items: ReadonlyMap<string, T>,
  name: string,
  projectId: string,
): T | undefined {
  const folded = name.toLowerCase();
  for (const item of items.values()) {
    if (item.projectId === projectId && item.name.toLowerCase() === folded) return item;
  }
  return undefined;
}

/** Everything published on a site. */
export function allPublished(site: Site): readonly PublishedItem[] {
  return [...site.datasources.values(), ...site.workbooks.values()];
}
