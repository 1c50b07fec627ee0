import { z } from "zod";

/**
 * config/bindings.lock.yaml: the ids that names resolved to, written by the hub and accepted by the admin:
 * connection → stream → field → name → id.
 */
export const bindingsSchema = z.record(
  z.string(),
  z.record(z.string(), z.record(z.string(), z.record(z.string(), z.string()))),
);

export type BindingsFile = z.output<typeof bindingsSchema>;
