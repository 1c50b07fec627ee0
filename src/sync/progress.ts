import type { Problem } from "../model/index.ts";

/** What a step tells while it works; the command line draws it, a log writes it, a test counts it. */
export type Progress =
  | { readonly kind: "step"; readonly step: StepName; readonly state: "started" | "done"; readonly detail?: string }
  | {
      readonly kind: "stream";
      readonly connection: string;
      readonly stream: string;
      readonly records: number;
      readonly pages: number;
      readonly done: boolean;
    }
  | {
      readonly kind: "count";
      readonly step: StepName;
      readonly done: number;
      readonly of: number | null;
      readonly unit: string;
    }
  | {
      readonly kind: "wait";
      readonly step: StepName;
      readonly connection: string;
      /** `waiting for Asana's search` */
      readonly what: string;
      readonly seconds: number;
    }
  | ({ readonly kind: "problem" } & Problem);

export const STEPS = ["pull", "map", "link", "reconcile", "plan", "apply", "measure", "report", "publish"] as const;
export type StepName = (typeof STEPS)[number];

export type ProgressListener = (progress: Progress) => void;
