/** Who looks: what a record shows depends on the token it is shown to (reference asana.md §3, §4, §10, §11). */
export interface View {
  readonly viewerGid: string;
  /** The OAuth app that asks, null for a personal token: external data is an app's own. */
  readonly app: string | null;
  /** Records of free plans carry no custom fields. */
  readonly plan: "free" | "paid";
  /** Granted scopes, null for all: without `projects:read` a membership shows empty. */
  readonly scopes: ReadonlySet<string> | null;
}

/** Whether a token may read one kind of thing (`projects`, `project_sections`, …). */
export function mayRead(view: View, kind: string): boolean {
  return view.scopes === null || view.scopes.has("default") || view.scopes.has(`${kind}:read`);
}
