/** The sentence the service adds to most errors (reference asana.md §3). */
const HELP =
  "For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors";

/** One refused call: status, message and whatever the answer carries beside `errors`. */
export class ApiFault extends Error {
  readonly status: number;
  readonly top: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    top: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.top = top;
    this.headers = headers;
  }
}

/** The JSON body of an error answer (reference asana.md §6). */
export function errorBody(fault: ApiFault): Record<string, unknown> {
  const entry: Record<string, unknown> = { message: fault.message };
  if (fault.status === 500) entry["phrase"] = "6 sad squid snuggle softly";
  entry["help"] = HELP;
  return { errors: [entry], ...fault.top };
}

export function badRequest(message: string): ApiFault {
  return new ApiFault(400, message);
}

export function forbidden(what: string): ApiFault {
  return new ApiFault(403, `You do not have access to this ${what}.`);
}

/** `kind` is the field the service names: `task`, `project`, `section` … */
export function unknownObject(kind: string, gid: string): ApiFault {
  return new ApiFault(404, `${kind}: Unknown object: ${gid}`);
}

export function noRoute(): ApiFault {
  return new ApiFault(404, "No matching route for request");
}

export function unauthorized(): ApiFault {
  return new ApiFault(401, "Not Authorized");
}

export function tooManyRequests(seconds: number): ApiFault {
  return new ApiFault(
    429,
    "You've made too many requests and hit a rate limit. Please retry after the given amount of time.",
    {},
    { "retry-after": String(seconds) },
  );
}
