import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { listen } from "../../src/sandbox/kit/server.ts";

/** A server between the hub and a system, which may change what the system answers. */
export interface BendingProxy {
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Forwards everything to `target` (an origin) and hands each JSON answer to `bend`, which gives back what the hub gets.
 * Links in answers that point to the target are made to point here.
 */
export async function startBendingProxy(
  target: string,
  bend: (path: string, body: string) => string | Promise<string>,
): Promise<BendingProxy> {
  const server = await listen(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      for (const name of ["host", "connection", "content-length", "accept-encoding"]) headers.delete(name);
      const body = request.method === "GET" ? {} : { body: await request.text() };
      const answer = await fetch(`${target}${pathname}${search}`, { method: request.method, headers, ...body });
      const text = (await answer.text()).replaceAll(target, server.origin);
      const given = new Headers(answer.headers);
      for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) given.delete(name);
      return new Response(await bend(`${pathname}${search}`, text), { status: answer.status, headers: given });
    },
    0,
    new SandboxClock(0, () => 0),
  );
  return { origin: server.origin, close: () => server.close() };
}
