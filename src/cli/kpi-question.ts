import { nearest } from "../mappings/index.ts";
import { HubError, toIso } from "../model/index.ts";
import type { FigureKey, Instant, PublishedFigure } from "../model/index.ts";
import type { KpiResult } from "../kpis/index.ts";
import { publishedHead, publishedNumber } from "../sync/index.ts";
import type { FigureHead } from "../sync/index.ts";
import { formatValue } from "./figure-text.ts";

const PREFIX = "kpi:";

/** Whether an id asks for a figure and not for a record. */
export function asksForKpi(id: string): boolean {
  return id.startsWith(PREFIX);
}

/**
 * The figure that `kpi:NAME[/scope][@window]` names. The scope is a key (`Enterprise`) or `type:key`; without one it is the company, or
 * the only scope there is. The window is told as its file has it (`12 months`), a month of the trend as `2026-08`; without one it is
 * the one that is shown.
 * @throws HubError HUB-0014 when there is no such KPI, scope or window; the remedy lists those that are there
 */
export function findFigure(asked: string, results: readonly KpiResult[]): KpiResult {
  const { name, scope, window } = questionOf(asked);
  const ofKpi = results.filter(({ kpi }) => same(kpi, name));
  if (ofKpi.length === 0)
    throw unknown(
      asked,
      "KPI",
      name,
      names(results, ({ kpi }) => kpi),
    );
  const scopes = new Set(ofKpi.map(scopeText));
  const whole = scopes.has("company:all") ? "company:all" : scopes.size === 1 ? [...scopes][0] : undefined;
  const ofScope = ofKpi.filter((result) =>
    scope === null ? scopeText(result) === whole : same(result.scope.key, scope) || same(scopeText(result), scope),
  );
  if (ofScope.length === 0)
    throw unknown(
      asked,
      "scope",
      scope,
      names(ofKpi, ({ scope: { key } }) => key),
    );
  const found = ofScope.find((result) => (window === null ? result.shown : same(windowName(result), window)));
  if (found !== undefined) return found;
  throw unknown(asked, "window", window, names(ofScope, windowName));
}

interface Question {
  readonly name: string;
  readonly scope: string | null;
  readonly window: string | null;
}

function questionOf(asked: string): Question {
  const text = asked.slice(PREFIX.length);
  const at = text.lastIndexOf("@");
  const [path, window] = at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  const slash = path.indexOf("/");
  return slash === -1
    ? { name: path, scope: null, window }
    : { name: path.slice(0, slash), scope: path.slice(slash + 1), window };
}

/**
 * Why there is no figure any more where one was published: what it was last and why it was withdrawn.
 * @param published the last figure of each key
 * @param history everything published for a key, oldest first
 * @throws HubError HUB-0014 when one of those asked for was withdrawn
 */
export async function refuseWithdrawn(
  asked: string,
  published: readonly PublishedFigure[],
  history: (key: FigureKey) => Promise<readonly PublishedFigure[]>,
): Promise<void> {
  const { name, scope, window } = questionOf(asked);
  const gone = published.find(
    ({ kpi, key, amounts }) =>
      amounts === null
      && same(kpi, name)
      && (scope === null
        ? key.scopeType === "company"
        : same(key.scopeKey, scope) || same(`${key.scopeType}:${key.scopeKey}`, scope))
      && (window === null || same(key.window, window)),
  );
  if (gone === undefined) return;
  const last = (await history(gone.key)).findLast(({ amounts }) => amounts !== null);
  const head = last === undefined ? null : publishedHead(last);
  const was =
    last === undefined || head === null
      ? ""
      : ` It was ${formatValue(publishedNumber(last, "value"), head)} of ${publishedNumber(last, "n") ?? 0} as of ${dayOf(last.asOf)}.`;
  throw new HubError(
    "HUB-0014",
    `"${asked}" (${gone.key.window}) was withdrawn as of ${dayOf(gone.asOf)}: ${gone.because?.join("; ") ?? "nothing is known of why"}.${was}`,
    { disposition: "operator", remedy: `Ask for \`${PREFIX}${gone.kpi}\`, which is still told.` },
  );
}

function dayOf(instant: Instant): string {
  return toIso(instant).slice(0, 10);
}

/** How a figure is asked for again. */
export function figureId(result: Pick<FigureHead, "kpi" | "scope" | "window">): string {
  const { kpi, scope } = result;
  return `${PREFIX}${kpi}${scope.type === "company" ? "" : `/${scope.key}`}@${windowName(result)}`;
}

/** As its file has it; of the months of a trend there are twelve, so each is called by its date. */
function windowName({ window: { text, fromDay } }: Pick<FigureHead, "window">): string {
  return text === "month" ? fromDay.slice(0, 7) : text;
}

function scopeText({ scope: { type, key } }: KpiResult): string {
  return `${type}:${key}`;
}

function same(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function names(results: readonly KpiResult[], of: (result: KpiResult) => string): readonly string[] {
  return [...new Set(results.map(of))].sort();
}

function unknown(asked: string, what: string, word: string | null, known: readonly string[]): HubError {
  const hint = word === null ? undefined : nearest(word, known);
  const message =
    word === null
      ? `"${asked}" has no company-wide figure: one over all of them would mean nothing.`
      : `There is no ${what} "${word}" for "${asked}".`;
  return new HubError("HUB-0014", message, {
    disposition: "operator",
    remedy: hint === undefined ? `Ask for one of: ${known.join(", ")}.` : `Did you mean \`${hint}\`?`,
  });
}
