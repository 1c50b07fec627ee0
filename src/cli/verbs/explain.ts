import { explain } from "../../explain/index.ts";
import { explainDocument, toExplainDocument } from "../documents/explain.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { explanationText } from "../explain-view.ts";
import type { GlobalOptions } from "../hub.ts";
import { openStoreToLook } from "../look.ts";
import type { Machine } from "../terminal.ts";

/** Tells the life of a record, an object or a handoff, from the store alone. */
export async function explainVerb(machine: Machine, id: string, options: GlobalOptions): Promise<number> {
  const store = openStoreToLook(machine, options);
  try {
    const explanation = await explain(store, id);
    if (options.json) writeDocument(machine.terminal, explainDocument, toExplainDocument(id, explanation));
    else machine.terminal.out(explanationText(explanation));
    return EXIT.complete;
  } finally {
    await store.close();
  }
}
