import type { Instant } from "../instants.ts";
import type { Json } from "../json.ts";
import type { Fence } from "./runs.ts";

/** What names a figure: the same KPI definition over the same scope and period is the same figure, measured again. */
export interface FigureKey {
  /** `name@version` */
  readonly definition: string;
  readonly scopeType: string;
  readonly scopeKey: string;
  /** The window's name; `month` and `fiscal quarter` may begin on the same day. */
  readonly window: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** A figure as it is published. */
export interface Figure {
  readonly kpi: string;
  readonly key: FigureKey;
  /** Value, numerator, denominator and n as one text: what must not change in silence; null where a figure is withdrawn. */
  readonly amounts: string | null;
  /** Everything said with it; null where it is withdrawn. */
  readonly body: Json;
}

/** A figure that was published, at most once for each time it said something else. */
export interface PublishedFigure extends Figure {
  readonly runId: string;
  readonly asOf: Instant;
  readonly publishedAt: Instant;
  /** Why it is not what was published for the same key before, as far as is known; null for one that restates nothing. */
  readonly because: readonly string[] | null;
}

/** The last time that a figure was restated or withdrawn. */
export interface StandingRestatement extends Omit<PublishedFigure, "body" | "because"> {
  readonly because: readonly string[];
  /** What was said of it before; null where it was withdrawn then. */
  readonly former: Json;
}

/** A figure to publish; `because` is given when it restates an earlier one. */
export type NewFigure = Figure & Pick<PublishedFigure, "because">;

/** One measuring of everything. */
export interface StoredMeasurement {
  readonly runId: string;
  readonly asOf: Instant;
  readonly at: Instant;
  readonly figures: number;
  readonly restated: number;
}

export interface MeasurePort {
  /** Recorded once and never recomputed: returns what is stored when the name exists. */
  freezeBaseline(fence: Fence, name: string, baseline: Json, at: Instant): Promise<Json>;
  baseline(name: string): Promise<Json | null>;
  /** Adds figures to those that were published; none is ever replaced. */
  publishFigures(
    fence: Fence,
    measurement: Omit<StoredMeasurement, "runId" | "restated">,
    figures: readonly NewFigure[],
  ): Promise<void>;
  /** The last figure published for each key. */
  figures(): Promise<readonly PublishedFigure[]>;
  /** Everything published for one key, oldest first. */
  figureHistory(key: FigureKey): Promise<readonly PublishedFigure[]>;
  /** Of the figures of some periods, for each that was ever restated or withdrawn, the last time it was. */
  restatements(periods: readonly Pick<FigureKey, "window" | "from" | "to">[]): Promise<readonly StandingRestatement[]>;
  latestMeasurement(): Promise<StoredMeasurement | null>;
}
