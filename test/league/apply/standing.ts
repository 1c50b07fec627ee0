import type { ApplyRun } from "./match.ts";
import { playApply } from "./match.ts";
import { PLACES } from "./places.ts";

/** What a number of runs came to. */
export interface ApplyStanding {
  readonly runs: number;
  readonly lost: number;
  readonly planned: number;
  readonly nights: number;
  readonly kills: number;
  readonly edits: number;
  readonly overwritten: number;
  readonly traceless: number;
}

export const NO_RUNS: ApplyStanding = {
  runs: 0,
  lost: 0,
  planned: 0,
  nights: 0,
  kills: 0,
  edits: 0,
  overwritten: 0,
  traceless: 0,
};

export function withApplyRun(standing: ApplyStanding, run: ApplyRun): ApplyStanding {
  const { planned, nights, kills, edits, overwritten, traceless, problems } = run;
  const lost = problems.length > 0 ? 1 : 0;
  return addApplyStandings(standing, {
    runs: 1,
    lost,
    planned,
    nights,
    kills,
    edits,
    overwritten,
    traceless,
  });
}

export function addApplyStandings(a: ApplyStanding, b: ApplyStanding): ApplyStanding {
  return {
    runs: a.runs + b.runs,
    lost: a.lost + b.lost,
    planned: a.planned + b.planned,
    nights: a.nights + b.nights,
    kills: a.kills + b.kills,
    edits: a.edits + b.edits,
    overwritten: a.overwritten + b.overwritten,
    traceless: a.traceless + b.traceless,
  };
}

/** One run by its number: places take turns unless one is named, and the number is the seed. */
export async function playApplyNumber(seed: number, only?: string): Promise<ApplyRun> {
  const place = only === undefined ? PLACES[seed % PLACES.length] : PLACES.find(({ name }) => name === only);
  if (place === undefined)
    throw new TypeError(`no place "${String(only)}": ${PLACES.map(({ name }) => name).join(", ")}`);
  return playApply(place, seed);
}
