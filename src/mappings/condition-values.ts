/** Null is "unknown"; lists hold plain values. */
export type Plain = null | string | number | boolean | readonly Plain[];

/** What a node is known to give before any record is seen. */
export type NodeType = "bool" | "number" | "text" | "list" | "null" | "any";
