import type { KpiResult } from "../../kpis/index.ts";
import type { FigureKey } from "../../model/index.ts";

/** What names a result. */
export type NamedResult = Pick<KpiResult, "definition" | "scope" | "window">;

/** What names a figure in the store. */
export function figureKey({ definition, scope, window }: NamedResult): FigureKey {
  return {
    definition,
    scopeType: scope.type,
    scopeKey: scope.key,
    window: window.text,
    from: window.from,
    to: window.to,
  };
}

/** A figure's key as one text. */
export function textOf(key: FigureKey): string {
  return [key.definition, key.scopeType, key.scopeKey, periodOf(key)].join("\0");
}

/** The part of a key that names its period. */
export function periodOf({ window, from, to }: FigureKey): string {
  return [window, from, to].join("\0");
}
