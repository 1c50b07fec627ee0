import type { Hooks } from "../../acceptance/harness.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";
import { ASANA } from "../../support/asana-seed.ts";

/** Webhooks on the projects of the seed: each of their tasks and sections is told of. */
export function asanaHooks(served: ServedSystem): Hooks {
  return {
    secrets: [],
    register: async (target) => {
      const { baseUrl = "", token = "" } = served.description;
      await served.control("POST", "/options", { localWebhooks: true });
      for (const resource of [ASANA.onboarding, ASANA.rollout]) {
        const body = { data: { resource, target: `${target}/${resource}` } };
        await served.call("POST", `${baseUrl}/webhooks`, { authorization: `Bearer ${token}` }, body);
      }
    },
    deliver: async () => {
      await served.control("POST", "/webhooks/deliver", {});
    },
    // The signature is over the very bytes.
    forge: (request) => ({ ...request, body: Buffer.concat([request.body, Buffer.from(" ")]) }),
  };
}
