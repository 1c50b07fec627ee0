import type { ShownName } from "../connectors/kit/index.ts";
import { foldValue } from "../mappings/index.ts";
import type { Pin, PinnedNames } from "./bindings-file.ts";

/**
 * - `unchanged`: pinned, and called what it was called when it was accepted
 * - `fresh`: found by its name and not pinned yet
 * - `renamed`: the pinned id has another name, and the old one is gone from the list
 * - `moved`: the pinned id is gone, and the name stands under another one
 * - `reused`: the pinned id now carries a name or meaning of something else, or the name went over to another id
 * - `gone`: neither the pinned id nor the name is there
 */
export type BindingState = "unchanged" | "fresh" | "renamed" | "moved" | "reused" | "gone";

/** One name that mappings write, as pinned and as shown by the system now. */
export interface Binding {
  /** As mappings write it. */
  readonly name: string;
  readonly state: BindingState;
  readonly pin: Pin | null;
  /** What the pinned id is now; null when it is gone. */
  readonly shown: ShownName | null;
  /** What carries the name now; null when nothing or several do. */
  readonly named: ShownName | null;
}

/**
 * Compares what the names of one list are pinned to with what the system shows. Names that are neither pinned nor shown are
 * no part of the list and left out.
 * @param used as mappings write them.
 * @param byId whether records hold ids as text, so that a name is first of all taken for one.
 */
export function resolveNames(
  pinned: PinnedNames,
  used: readonly string[],
  shown: readonly ShownName[],
  byId: boolean,
): readonly Binding[] {
  const pins = new Map(Object.entries(pinned).map(([name, pin]) => [foldValue(name), pin]));
  const spelled = new Map(used.map((name) => [foldValue(name), name]));
  const ids = new Map(shown.map((each) => [each.id, each]));
  const named = (folded: string): ShownName | null => {
    const direct = byId ? shown.find(({ id }) => foldValue(id) === folded) : undefined;
    const [first, second] = shown.filter(({ name }) => foldValue(name) === folded);
    return direct ?? (second === undefined ? (first ?? null) : null);
  };
  /** Whether the name belongs to another pin that is in use. */
  const takenByOther = (name: string, id: string): boolean =>
    [...pins].some(
      ([of, pin]) => pin.id !== id && spelled.has(of) && [of, foldValue(pin.now ?? of)].includes(foldValue(name)),
    );
  const stateOf = (folded: string, pin: Pin, is: ShownName | null, other: ShownName | null): BindingState => {
    if (is === null) {
      if (other === null) return "gone";
      return [...pins].some(([of, each]) => of !== folded && spelled.has(of) && each.id === other.id)
        ? "reused"
        : "moved";
    }
    const called = foldValue(is.name);
    if (called === folded || called === foldValue(pin.now ?? "")) return "unchanged";
    const changedMeaning = pin.means !== undefined && is.means !== undefined && pin.means !== is.means;
    const wentOver = other !== null && other.id !== pin.id;
    const twice = shown.some(({ id, name }) => id !== pin.id && foldValue(name) === folded);
    return changedMeaning || wentOver || twice || takenByOther(is.name, pin.id) ? "reused" : "renamed";
  };
  return [...spelled].flatMap(([folded, name]): readonly Binding[] => {
    const pin = pins.get(folded) ?? null;
    const other = named(folded);
    if (pin !== null) {
      const is = ids.get(pin.id) ?? null;
      return [{ name, state: stateOf(folded, pin, is, other), pin, shown: is, named: other }];
    }
    return other === null ? [] : [{ name, state: "fresh", pin, shown: null, named: other }];
  });
}

/** The pin of a name after it was accepted as it is now; null when nothing is left to pin. */
export function acceptedPin({ name, state, pin, shown, named }: Binding): Pin | null {
  if (state === "unchanged") return pin === null || shown === null ? pin : pinTo(name, shown);
  if (state === "renamed" && shown !== null) return pinTo(name, shown);
  return named === null ? null : pinTo(name, named);
}

function pinTo(name: string, { id, name: called, means }: ShownName): Pin {
  return {
    id,
    ...(means === undefined ? {} : { means }),
    ...(foldValue(called) === foldValue(name) ? {} : { now: called }),
  };
}
