import type { BrokenAnswer, WireAnswer } from "./broken.ts";
import type { SandboxClock, TimeSeen } from "./clock.ts";
import type { Dials } from "./dials.ts";
import type { DialOf, OrganisationChange } from "./fault.ts";
import { OrganisationError } from "./system.ts";
import type { SandboxSystem } from "./system.ts";

interface Line {
  readonly system: SandboxSystem;
  readonly dials: Dials;
  readonly clock: SandboxClock;
  readonly routes: readonly string[];
  readonly request: Request;
}

/** Puts the dials' wire faults between a system and its clients. */
export function withDials(
  system: SandboxSystem,
  dials: Dials,
  clock: SandboxClock,
): (request: Request) => WireAnswer | Promise<WireAnswer> {
  return (request) => (dials.any(system.name) ? struck(system, dials, clock, request) : system.fetch(request));
}

async function struck(system: SandboxSystem, dials: Dials, clock: SandboxClock, request: Request): Promise<WireAnswer> {
  const routes = (await system.routes?.(request)) ?? [plainRoute(request)];
  const line: Line = { system, dials, clock, routes, request };
  const latency = dials.strike(system.name, routes, "latency");
  if (latency !== null) clock.advance(latency.dial.ms);
  await changeBefore(line);
  const meanwhile = dials.strike(system.name, routes, "meanwhile")?.dial ?? null;
  if (meanwhile?.when === "before") await writtenMeanwhile(line, meanwhile);
  const seen = timeSeen(line, routes.some(writes));
  const answer = (): Promise<WireAnswer> => answered(line, latency !== null || seen !== null);
  const given = await (seen === null ? answer() : clock.during(seen, answer));
  if (meanwhile?.when === "after") await writtenMeanwhile(line, meanwhile);
  return given;
}

/** Somebody else's write while a client's call is under way. */
async function writtenMeanwhile({ system, dials }: Line, { write }: DialOf<"meanwhile">): Promise<void> {
  const request = new Request("http://control/write", { method: "POST", body: JSON.stringify(write) });
  const answer = await system.control(request);
  if (!answer.ok) dials.complain(await answer.text());
}

/** Control routes that write take part in what a write's stamps and commits suffer. */
export function controlWithDials(
  system: SandboxSystem,
  dials: Dials,
  clock: SandboxClock,
  request: Request,
): Response | Promise<Response> {
  if (request.method === "GET" || !dials.any(system.name)) return system.control(request);
  const routes = [`control ${request.method} ${new URL(request.url).pathname}`];
  const isWrite = CONTROL_WRITE.test(routes[0] ?? "");
  const line: Line = { system, dials, clock, routes, request };
  const seen = isWrite ? timeSeen(line, true) : null;
  const run = (): Response | Promise<Response> => dials.during(system.name, routes, () => system.control(request));
  return seen === null ? run() : clock.during(seen, run);
}

const CONTROL_WRITE = /\/(?:write|merge|convert|hard-delete|undelete|restore)$/u;

/** `METHOD /path?query`, decoded. @param base what of the path is left out, such as a version's prefix */
export function plainRoute(request: Request, base?: RegExp): string {
  const { pathname, search } = new URL(request.url);
  const path = decoded(pathname);
  return `${request.method} ${base === undefined ? path : path.replace(base, "")}${decoded(search)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function writes(route: string): boolean {
  return /^(?:POST|PUT|PATCH|DELETE|mutation)\s/u.test(route);
}

/** What changes in the organisation while a client is at work, just before its call is served. */
async function changeBefore(line: Line): Promise<void> {
  const { system, dials, routes } = line;
  const organisation = dials.strike(system.name, routes, "organisation");
  if (organisation !== null) await changed(line, organisation.dial.change);
  const schema = dials.strike(system.name, routes, "schema");
  if (schema === null) return;
  const { change, object, field, type } = schema.dial;
  await changed(line, { do: `${change}-field`, object, field, ...(type === undefined ? {} : { type }) });
}

async function changed({ system, dials }: Line, change: OrganisationChange): Promise<void> {
  try {
    await system.organise(change);
  } catch (error) {
    // The client's call has nothing to do with it; whoever reads the log sees that nothing was changed.
    if (!(error instanceof OrganisationError)) throw error;
    dials.complain(error.message);
  }
}

function timeSeen({ system, dials, routes }: Line, isWrite: boolean): TimeSeen | null {
  const tie = isWrite ? dials.strike(system.name, routes, "tie") : null;
  if (tie !== null) return { at: tie.tiedAt };
  const skew = dials.strike(system.name, routes, "skew");
  return skew === null ? null : { skewMs: skew.dial.ms };
}

async function answered(line: Line, otherTime: boolean): Promise<WireAnswer> {
  const { system, dials, clock, routes, request } = line;
  const strike = <
    F extends "reset" | "throttle" | "quota" | "error" | "html" | "lost-answer" | "cut" | "malformed" | "empty",
  >(
    fault: F,
  ): DialOf<F> | null => dials.strike(system.name, routes, fault)?.dial ?? null;

  if (strike("reset") !== null) return { broken: "reset" };
  const refused = refusal(line, strike("throttle"));
  if (refused !== null) return refused;
  const isCounted = system.uncounted === undefined || !routes.every((route) => system.uncounted?.test(route));
  if (isCounted && system.faults.includes("quota")) {
    const quota = strike("quota");
    if (quota !== null) return system.failure({ kind: "quota", retryAfter: dials.secondsLeft(quota) }, request);
  }
  const error = strike("error");
  if (error !== null) return system.failure({ kind: "error", ...error }, request);
  const html = strike("html");
  if (html !== null) return htmlPage(html.status);

  const lost = strike("lost-answer");
  const served = await dials.during(system.name, routes, () => system.fetch(request));
  if (otherTime) served.headers.set("date", new Date(clock.now()).toUTCString());
  if (lost !== null) return withoutAnswer(line, lost);
  if (strike("cut") !== null) return cut(served);
  if (strike("malformed") !== null) return malformed(served);
  if (strike("empty") !== null) return sameHead(served, "", 200);
  return served;
}

function refusal({ system, dials, request }: Line, throttle: DialOf<"throttle"> | null): Response | null {
  if (throttle === null) return null;
  const { code, message } = throttle;
  const truth = dials.secondsLeft(throttle) || throttle.seconds;
  const retryAfter = throttle.retryAfter === "right" ? truth : throttle.retryAfter === "wrong" ? 1 : null;
  return system.failure({ kind: "throttle", status: 429, retryAfter, code, message }, request);
}

async function withoutAnswer({ system, request }: Line, lost: DialOf<"lost-answer">): Promise<WireAnswer> {
  const { status, hang } = lost;
  if (status === undefined) return { broken: hang ? "hang" : "reset" };
  return status === 502 || status === 504 ? htmlPage(status) : system.failure({ kind: "error", status }, request);
}

const PHRASES: Readonly<Record<number, string>> = {
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** What a proxy in front of the service shows, or a maintenance page. */
function htmlPage(status: number): Response {
  const title = `${String(status)} ${PHRASES[status] ?? "Down for Maintenance"}`;
  return new Response(
    `<html>\n<head><title>${title}</title></head>\n<body>\n<center><h1>${title}</h1></center>\n</body>\n</html>\n`,
    { status, headers: { "content-type": "text/html; charset=UTF-8" } },
  );
}

async function cut(served: Response): Promise<BrokenAnswer> {
  const body = new Uint8Array(await served.arrayBuffer());
  return { broken: "cut", answer: { status: served.status, headers: served.headers, body } };
}

/** A whole answer whose body is not: half of it, never valid JSON, XML or CSV with all its rows. */
async function malformed(served: Response): Promise<Response> {
  const text = await served.text();
  return sameHead(served, text.length < 2 ? "{" : text.slice(0, Math.ceil(text.length / 2)), served.status);
}

function sameHead(served: Response, body: string, status: number): Response {
  const headers = new Headers(served.headers);
  headers.delete("content-length");
  // Bytes, so that no content type is added.
  return new Response(new TextEncoder().encode(body), { status: status === 204 ? 200 : status, headers });
}
