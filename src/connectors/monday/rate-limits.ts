import type { RateHeader } from "../kit/index.ts";

const SECOND_MS = 1000;
/** One budget's last hundredth is left alone: parallel calls may have spent it already. */
const SCARCE_SHARE = 0.01;

/**
 * How long to wait before the next call by the `RateLimit` and `RateLimit-Policy` headers (reference monday.md §1),
 * milliseconds; undefined while every budget has something left. Concurrency frees itself, and calls a minute are paced.
 */
export function scarcestWait(headers: Headers): number | undefined {
  const policies = budgets(headers.get("ratelimit-policy"));
  let wait: number | undefined;
  for (const [name, left] of budgets(headers.get("ratelimit"))) {
    const policy = policies.get(name);
    const quota = policy?.get("q");
    const remaining = left.get("r");
    if (name === "concurrency" || name === "minuteRate" || quota === undefined || remaining === undefined) continue;
    if (remaining > quota * SCARCE_SHARE) continue;
    const seconds = left.get("t") ?? policy?.get("w") ?? 60;
    wait = Math.max(wait ?? 0, seconds * SECOND_MS);
  }
  return wait;
}

/** The calls a minute; undefined where the headers do not say. */
export function minuteRate(headers: Headers): RateHeader | undefined {
  const limit = budgets(headers.get("ratelimit-policy")).get("minuteRate")?.get("q");
  if (limit === undefined) return undefined;
  const left = budgets(headers.get("ratelimit")).get("minuteRate");
  const [remaining, seconds] = [left?.get("r"), left?.get("t")];
  return {
    limit,
    ...(remaining === undefined ? {} : { remaining }),
    ...(seconds === undefined ? {} : { resetsInMs: seconds * SECOND_MS }),
  };
}

/** How many calls may be under way at once, by the headers; undefined where they do not say. */
export function allowedAtOnce(headers: Headers): number | undefined {
  return budgets(headers.get("ratelimit-policy")).get("concurrency")?.get("q");
}

/** Parses `"minuteRate";r=1334, "complexityMinute";r=4999840;t=60` to numbers by budget and key. */
function budgets(header: string | null): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const entry of (header ?? "").split(",")) {
    const [name, ...parameters] = entry.trim().split(";");
    if (name === undefined || name === "") continue;
    const numbers = new Map<string, number>();
    for (const parameter of parameters) {
      const [key, value] = parameter.split("=");
      if (key !== undefined && value !== undefined && /^\d+$/u.test(value)) numbers.set(key, Number(value));
    }
    found.set(name.replaceAll('"', ""), numbers);
  }
  return found;
}
