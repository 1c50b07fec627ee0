import { HubError, toProblem } from "../model/index.ts";
import type { Fence, FieldFill, NormalisedEntity, Problem, StorePort, StreamKey } from "../model/index.ts";

/** Fewer rows say nothing about a rate. */
const FEWEST_BEFORE = 100;
const FEWEST_NOW = 30;
/** A rise of so much is worth a look… */
const RISE = 0.2;
/** …when chance hardly makes one: standard errors of the difference of two proportions. */
const DEVIATIONS = 4;

/** A field that is empty in every one of its first so many records was hardly meant to be asked for. */
const FEWEST_EMPTY = 50;

/** How often the fields that mappings name are empty in the live entities that a run maps, stream by stream. */
export class FillTallies {
  readonly #streams = new Map<
    string,
    { readonly key: StreamKey; readonly connection: string; readonly tally: Tally }
  >();

  /** What counts the entities of one stream. */
  of(connection: string, key: StreamKey, fields: readonly string[]): (entity: NormalisedEntity) => void {
    const name = `${key.system}\0${key.tenant}\0${key.stream}`;
    const tally: Tally = { seen: 0, empty: new Map(fields.map((field) => [field, 0])) };
    this.#streams.set(name, { key, connection, tally });
    return ({ fields: values, removed }) => {
      if (removed !== null) return;
      tally.seen += 1;
      for (const field of fields) {
        const value = values[field];
        if (value === null || value === undefined || value === "") {
          tally.empty.set(field, (tally.empty.get(field) ?? 0) + 1);
        }
      }
    };
  }

  /**
   * Tells of fields that are empty far more often than they were, and remembers the others: what raised an alarm goes on
   * doing so until somebody accepts it. One that was empty from the start is told once.
   */
  async settle(store: StorePort, fence: Fence): Promise<readonly Problem[]> {
    const told: Problem[] = [];
    for (const { key, connection, tally } of this.#streams.values()) {
      if (tally.seen === 0) continue;
      const fills = [...tally.empty].map(([field, empty]) => ({ field, seen: tally.seen, empty }));
      const before = await store.shapes.fills(key);
      const alarms = fillAlarms(connection, key.stream, before, fills);
      const never = emptyFromTheStart(connection, key.stream, before, fills);
      const alarmed = new Set(alarms.map(({ field }) => field));
      const usual = fills.filter(({ field }) => !alarmed.has(field));
      await store.shapes.addFills(fence, key, usual);
      const unusual = fills.filter(({ field }) => alarmed.has(field));
      if (unusual.length > 0) await store.shapes.noteAlarms(fence, key, unusual);
      told.push(...alarms.map(({ problem }) => problem), ...never);
    }
    return told;
  }
}

interface Tally {
  seen: number;
  readonly empty: Map<string, number>;
}

/** Fields that are empty far more often than they were: a permission, a version or a form has changed. */
export function fillAlarms(
  connection: string,
  stream: string,
  before: readonly FieldFill[],
  now: readonly FieldFill[],
): readonly { readonly field: string; readonly problem: Problem }[] {
  const known = new Map(before.map((fill) => [fill.field, fill]));
  return now.flatMap((fill) => {
    const former = known.get(fill.field);
    if (former === undefined || former.seen < FEWEST_BEFORE || fill.seen < FEWEST_NOW) return [];
    const [p, q] = [former.empty / former.seen, fill.empty / fill.seen];
    const pooled = (former.empty + fill.empty) / (former.seen + fill.seen);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / former.seen + 1 / fill.seen));
    if (q - p < RISE || q - p <= DEVIATIONS * error) return [];
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    const message = `${stream}.${fill.field} is empty in ${percent(q)} of ${fill.seen} records read now, and was in ${percent(p)} of ${former.seen} before.`;
    const alarm = new HubError("HUB-1232", message, {
      disposition: "skip-record",
      place: { connection, stream, path: fill.field },
      remedy: `Look whether the hub's user still sees the field; if it is right, \`hub discover ${connection} ${stream} --accept\`.`,
    });
    return [{ field: fill.field, problem: toProblem(alarm) }];
  });
}

/**
 * Fields that have been empty in every record since they were first asked for, told in the run in which there are enough
 * of those to say so: the hub's user may not see what is in them, or their name is that of another field.
 */
export function emptyFromTheStart(
  connection: string,
  stream: string,
  before: readonly FieldFill[],
  now: readonly FieldFill[],
): readonly Problem[] {
  const known = new Map(before.map((fill) => [fill.field, fill]));
  return now.flatMap(({ field, seen, empty }) => {
    const former = known.get(field) ?? { seen: 0, empty: 0 };
    const all = former.seen + seen;
    if (former.seen >= FEWEST_EMPTY || all < FEWEST_EMPTY || former.empty + empty < all) return [];
    const message = `${stream}.${field} is empty in all ${all} records that were read since it was first asked for.`;
    return [
      toProblem(
        new HubError("HUB-1232", message, {
          disposition: "skip-record",
          place: { connection, stream, path: field },
          remedy: "Look whether the hub's user sees what is in it, and whether the mapping names the right field.",
        }),
      ),
    ];
  });
}
