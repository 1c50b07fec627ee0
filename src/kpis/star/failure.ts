import { HubError } from "../../model/index.ts";

/** An error of the engine as the hub's: a full disk is told as what it is, anything else by the code of what was being done. */
export function starFailure(
  cause: unknown,
  otherwise: { readonly code: string; readonly message: string; readonly request?: string },
): HubError {
  const place = otherwise.request === undefined ? {} : { request: otherwise.request };
  if (!isDiskFull(cause)) return new HubError(otherwise.code, otherwise.message, { cause, place });
  return new HubError("HUB-4505", `The disk of the measuring database is full: ${firstLine(cause)}`, {
    cause,
    place,
    remedy: "Free space where the database lies and in the folder for temporary files, then measure again.",
  });
}

/** What DuckDB says when its file or its spill folder cannot grow. */
export function isDiskFull(error: unknown): boolean {
  return /no space left on device|failed to offload data block/iu.test(String(error));
}

function firstLine(error: unknown): string {
  return (
    String(error)
      .replace(/^Error: /u, "")
      .split("\n", 1)[0] ?? ""
  );
}
