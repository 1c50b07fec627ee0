import { HubError } from "../model/index.ts";
import { measure } from "./measure.ts";
import type { Measurement, MeasureOptions } from "./measure.ts";
import { forgetStar, openStar } from "./star/open-star.ts";
import type { StarOptions } from "./star/open-star.ts";
import type { Star } from "./star/star.ts";

/**
 * Opens the star and measures into it; the caller closes it. A kept file that proves to be damaged on the way is given up, and
 * everything is built from nothing.
 */
export async function measureIn(
  options: StarOptions,
  input: MeasureOptions,
): Promise<{ readonly star: Star; readonly measurement: Measurement }> {
  const star = await openStar(options);
  try {
    return { star, measurement: await measure(input, star) };
  } catch (error) {
    star.close();
    if (options.kept === undefined || !isDamaged(error)) throw error;
    await forgetStar(options.kept.path);
  }
  const anew = await openStar(options);
  try {
    return { star: anew, measurement: await measure(input, anew) };
  } catch (error) {
    anew.close();
    throw error;
  }
}

/** What DuckDB says of blocks that are not what it wrote. */
function isDamaged(error: unknown): boolean {
  return (
    error instanceof HubError
    && /^HUB-450[23]$/u.test(error.code)
    && /corrupt|checksum|invalidated|not read enough bytes/iu.test(saying(error))
  );
}

function saying(error: unknown): string {
  return error instanceof Error ? `${error.message} ${saying(error.cause)}` : "";
}
