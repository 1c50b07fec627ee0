import { one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import type { Work } from "./jobs.ts";

/** Queues work and answers 201 with its job (reference asana.md §8); the `job` dial says how it ends. */
export function startJob(call: Call, subtype: string, work: Work): Answer {
  const { jobs, state, resources, dials } = call.world;
  const changing = <T>(run: () => T): T => {
    const before = state.changing;
    state.changing = true;
    try {
      return run();
    } finally {
      state.changing = before;
    }
  };
  const { begin } = work;
  const guarded: Work = {
    ...(begin !== undefined && { begin: () => changing(() => begin()) }),
    finish: (begun, half) => changing(() => work.finish(begun, half)),
  };
  const outcome = dials.take("job")?.outcome ?? "succeeded";
  return one(call, resources.job, jobs.start(state.nextGid(), subtype, call.token, guarded, outcome), 201);
}
