import { el } from "./html.ts";
import type { Markup } from "./html.ts";

/** Each verdict has a word, a colour and a shape of its own, so that none rests on the colour. */
export const VERDICT_SHAPES: Readonly<Record<string, { readonly className: string; readonly path: string }>> = {
  met: { className: "met", path: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 10L3.6 7.6 5 6.200l2 2 4-4L12.400 5.600Z" },
  "not met": {
    className: "missed",
    path: "M8 0l8 8-8 8-8-8Zm-2.500 4.400L4.400 5.500 6.900 8l-2.500 2.500 1.100 1.100L8 9.100l2.500 2.500 1.100-1.100L9.100 8l2.500-2.500-1.100-1.100L8 6.900Z",
  },
  inconclusive: { className: "open", path: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2v10A5 5 0 0 1 8 3Z" },
  insufficient: { className: "thin", path: "M1 1h14v14H1Zm2 2v10h10V3Zm2 4h6v2H5Z" },
  gated: { className: "gated", path: "M8 1l7.500 14H.5Zm-1 5v5h2V6Zm0 6v2h2v-2Z" },
  withdrawn: {
    className: "thin",
    path: "M3.400 2L8 6.600 12.600 2 14 3.400 9.400 8 14 12.600 12.600 14 8 9.400 3.400 14 2 12.600 6.600 8 2 3.400Z",
  },
  "no target": { className: "none", path: "M2 7h12v2H2Z" },
};

/** What the verdict means to somebody who meets it first. */
export const VERDICT_MEANINGS: Readonly<Record<string, string>> = {
  met: "the whole 95 % interval is on the target's side",
  "not met": "the whole 95 % interval is on the other side; of a reduction, the value itself",
  inconclusive: "the target lies within the 95 % interval",
  insufficient: "too few cases, or too little evidence",
  gated: "a source was not read in full",
  withdrawn: "published once, and nothing is measured of it any more",
  "no target": "only a value",
};

export function verdictShape(status: string): Markup {
  const { className, path } = VERDICT_SHAPES[status] ?? { className: "none", path: "M2 7h12v2H2Z" };
  return el(
    "svg",
    { class: `shape ${className}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    el("path", { d: path, "fill-rule": "evenodd" }),
  );
}

export function verdictMark(status: string): Markup {
  const { className } = VERDICT_SHAPES[status] ?? { className: "none" };
  return el(
    "span",
    { class: `verdict ${className}`, title: VERDICT_MEANINGS[status] ?? null },
    verdictShape(status),
    status,
  );
}
