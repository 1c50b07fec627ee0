import type { RequestContext } from "./context.ts";
import { invalidArgument } from "./errors.ts";
import type { Resolver } from "./schema.ts";

/** Types a resolver's source and arguments; graphql-js checks the arguments against the schema before. */
export function on(read: (source: never, args: never, context: RequestContext) => unknown): Resolver {
  return (source, args, context) => read(source as never, args as never, context);
}

/** Arguments of the lists that go by page number. */
export interface Paged {
  readonly limit?: number | null;
  readonly page?: number | null;
}

/** One page of a list, in the API's 1-based numbering. */
export function pageOf<T>(rows: readonly T[], { limit, page }: Paged): T[] {
  const [size, number] = [limit ?? 25, page ?? 1];
  if (size < 0 || number < 1) throw invalidArgument("limit and page are positive");
  return rows.slice((number - 1) * size, number * size);
}

export const inState = (state: string, wanted: string | null | undefined): boolean =>
  wanted === "all" || state === (wanted ?? "active");
