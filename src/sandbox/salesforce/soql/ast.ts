/** The tree of a SOQL statement, before names are looked up. Offsets point into the statement, for error texts. */
export interface Statement {
  readonly select: readonly SelectItem[];
  readonly from: { readonly name: string; readonly alias: string | null; readonly offset: number };
  /** Aliases of parents (`FROM Contact c, c.Account a`): the path each stands for, by lower-case alias. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly where: Condition | null;
  readonly groupBy: readonly Expression[];
  readonly having: Condition | null;
  readonly orderBy: readonly OrderItem[];
  readonly limit: number | null;
  readonly offset: number | null;
  readonly offsetAt: number;
}

export type SelectItem =
  | { readonly kind: "expression"; readonly expression: Expression; readonly alias: string | null }
  | { readonly kind: "children"; readonly statement: Statement }
  | {
      readonly kind: "typeof";
      /** The relationship, e.g. `What`. */
      readonly path: string;
      readonly branches: readonly { readonly object: string; readonly fields: readonly string[] }[];
      /** Fields for every other kind of parent. */
      readonly otherwise: readonly string[];
      readonly offset: number;
    }
  | { readonly kind: "fields"; readonly which: "all" | "standard" | "custom"; readonly offset: number };

export interface FieldExpression {
  readonly kind: "field";
  /** As written, dots included. */
  readonly path: string;
  readonly offset: number;
}

export interface CallExpression {
  readonly kind: "call";
  /** Upper case. */
  readonly name: string;
  /** Null for `COUNT()`. */
  readonly argument: Expression | null;
  readonly offset: number;
}

export type Expression = FieldExpression | CallExpression;

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "LIKE" | "IN" | "NOT IN" | "INCLUDES" | "EXCLUDES";

export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | {
      readonly kind: "compare";
      readonly left: Expression;
      readonly operator: Operator;
      readonly right: Operand;
      readonly offset: number;
    };

export type Operand =
  | Literal
  | { readonly kind: "list"; readonly items: readonly Literal[]; readonly offset: number }
  | { readonly kind: "query"; readonly statement: Statement; readonly offset: number };

export type Literal =
  | { readonly kind: "string"; readonly text: string; readonly pattern: string; readonly offset: number }
  | { readonly kind: "number"; readonly value: number; readonly offset: number }
  | { readonly kind: "boolean"; readonly value: boolean; readonly offset: number }
  | { readonly kind: "null"; readonly offset: number }
  | { readonly kind: "date" | "datetime" | "time"; readonly text: string; readonly offset: number }
  /** TODAY, LAST_N_DAYS:7 … */
  | { readonly kind: "period"; readonly name: string; readonly n: number | null; readonly offset: number };

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}
