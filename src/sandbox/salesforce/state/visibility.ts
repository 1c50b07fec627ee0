import type { FieldSchema, ObjectSchema } from "../schema/index.ts";

/**
 * What the API's users are not shown: objects and fields by permission, records by sharing. Nothing of it moves a stamp
 * or leaves a trace in the delete log (reference salesforce.md §6, §9, 5).
 */
export class Visibility {
  readonly #objects = new Set<string>();
  readonly #fields = new Map<string, ReadonlySet<string>>();
  readonly #rows = new Set<string>();
  /** Objects (`Lead`) and fields (`Lead.status`) that may be read but not written. */
  readonly #readOnly = new Set<string>();
  /** What single users are not shown, on top of what nobody is. */
  readonly #users = new Map<string, Visibility>();
  #viewer: Visibility | null = null;

  /** The rules of one user. */
  of(userId: string): Visibility {
    const known = this.#users.get(userId);
    if (known !== undefined) return known;
    const own = new Visibility();
    this.#users.set(userId, own);
    return own;
  }

  /** Looks through the eyes of a user while `look` runs; null for those of the platform itself. */
  as<T>(userId: string | null, look: () => T): T {
    const before = this.#viewer;
    this.#viewer = userId === null ? null : (this.#users.get(userId) ?? null);
    try {
      return look();
    } finally {
      this.#viewer = before;
    }
  }

  /** Lets an object, or one of its fields, be read but not written; or written again. */
  holdBack(object: string, field: string | null, readOnly: boolean): void {
    const name = field === null ? object : `${object}.${field.toLowerCase()}`;
    if (readOnly) this.#readOnly.add(name);
    else this.#readOnly.delete(name);
  }

  mayWrite(object: ObjectSchema, field: FieldSchema | null = null): boolean {
    const name = field === null ? object.name : `${object.name}.${field.name.toLowerCase()}`;
    return !this.#readOnly.has(name) && (this.#viewer?.mayWrite(object, field) ?? true);
  }

  hideObject(name: string, hidden: boolean): void {
    if (hidden) this.#objects.add(name);
    else this.#objects.delete(name);
  }

  /** Replaces the hidden fields of an object. */
  hideFields(object: string, names: readonly string[]): void {
    this.#fields.set(object, new Set(names.map((each) => each.toLowerCase())));
  }

  /** Hides further fields of an object, or shows them again. */
  hideFieldsToo(object: string, names: readonly string[], hidden: boolean): void {
    const fields = new Set(this.#fields.get(object));
    for (const name of names) {
      if (hidden) fields.add(name.toLowerCase());
      else fields.delete(name.toLowerCase());
    }
    this.#fields.set(object, fields);
  }

  hideRows(ids: readonly string[], hidden: boolean): void {
    for (const id of ids) {
      if (hidden) this.#rows.add(id);
      else this.#rows.delete(id);
    }
  }

  shows(object: ObjectSchema): boolean {
    return !this.#objects.has(object.name) && (this.#viewer?.shows(object) ?? true);
  }

  /** The fields of an object that are shown. */
  fields(object: ObjectSchema): readonly FieldSchema[] {
    const hidden = this.#fields.get(object.name);
    const shown =
      hidden === undefined ? object.fields : object.fields.filter((each) => !hidden.has(each.name.toLowerCase()));
    const viewer = this.#viewer;
    return viewer === null ? shown : shown.filter((each) => viewer.field(object, each.name) !== undefined);
  }

  /** Finds a shown field by name, whatever its casing. */
  field(object: ObjectSchema, name: string): FieldSchema | undefined {
    const lower = name.toLowerCase();
    if (this.#fields.get(object.name)?.has(lower) === true) return undefined;
    return this.#viewer === null ? object.fieldsByName.get(lower) : this.#viewer.field(object, name);
  }

  /** Whether no record is hidden. */
  showsAllRows(): boolean {
    return this.#rows.size === 0 && (this.#viewer?.showsAllRows() ?? true);
  }

  showsRow(id: string): boolean {
    return (this.#rows.size === 0 || !this.#rows.has(id)) && (this.#viewer?.showsRow(id) ?? true);
  }
}
