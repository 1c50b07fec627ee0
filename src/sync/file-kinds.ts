import type { FileKind } from "../configuration/index.ts";

/** The kinds of configuration files beyond the hub's own, in the order in which they may refer to each other. */
export const FILE_KINDS: readonly FileKind<unknown>[] = [];
