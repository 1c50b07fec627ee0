import type { ModelEvent, ModelObject } from "./process.ts";
import type { Actor } from "./people.ts";

/** An object after link: its references point to object ids, its persons are known, its events are complete. */
export interface LinkedObject {
  readonly object: ModelObject;
  /** The object's id, its key after link. */
  readonly id: string;
  /** The record's own id in its system. */
  readonly nativeId: string;
  /** Keys of the objects that were merged into this one; absent when there are none. */
  readonly merged?: readonly string[];
  /** By reference name: the id of the object it points to. */
  readonly references: Readonly<Record<string, string>>;
  /** By attribute: the person it names, null when nobody could be resolved. */
  readonly persons: Readonly<Record<string, Actor | null>>;
  /** Own events plus events of the objects that reference it as children, in time order, then `sequence`. */
  readonly events: readonly ModelEvent[];
}

/** Objects of `type` whose reference `reference` names the object; their events belong to it. */
export interface ChildJoin {
  readonly type: string;
  readonly reference: string;
}

/** An object by a text that differs whenever anything in its `LinkedObject` does, the persons it names left out. */
export interface ObjectDigest {
  readonly id: string;
  readonly digest: string;
}
