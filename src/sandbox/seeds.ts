/**
 * The state a scenario hands to the systems at start: native values in each system's own shape, complete with the
 * history the system itself would have written. Instants are ISO 8601 UTC strings with milliseconds
 * (`2026-01-05T17:00:00.000Z`), days are `YYYY-MM-DD`.
 */
export interface WorldSeed {
  readonly company: string;
  readonly salesforce: SalesforceSeed;
  readonly asana: AsanaSeed;
  readonly monday: MondaySeed;
  readonly tableau: TableauSeed;
}

/** A Salesforce value as REST returns it, before the `+0000` formatting of datetimes (seeded as `…Z`). */
export type SalesforceValue = string | number | boolean | null;
export type SalesforceRow = Readonly<Record<string, SalesforceValue>> & { readonly Id: string };

export interface SalesforceFieldSeed {
  readonly name: string;
  readonly label: string;
  readonly type:
    | "string"
    | "picklist"
    | "multipicklist"
    | "combobox"
    | "textarea"
    | "email"
    | "phone"
    | "url"
    | "currency"
    | "double"
    | "int"
    | "percent"
    | "date"
    | "datetime"
    | "time"
    | "boolean"
    | "reference"
    | "anyType";
  /**
   * For a formula field, worked out on every read without moving a stamp: the path of another field (`Owner.Name`,
   * `Account.Industry`), or `TODAY() - CreatedDate` for the days since a date field.
   */
  readonly formula?: string;
  readonly referenceTo?: readonly string[];
  /** The name of the parent relationship in SOQL (`CSM__r`), for references. */
  readonly relationshipName?: string;
  readonly externalId?: boolean;
  /** Whether the org refuses a second record with the same value; external ids alone do not. */
  readonly unique?: boolean;
  readonly picklist?: readonly string[];
}

/** Rows too many to hold: each is worked out from the seed and its number when it is asked for. */
export interface SalesforceGeneratedSeed {
  readonly object: string;
  readonly count: number;
  readonly seed: number;
  /** The first creation and the last modification, ISO 8601 UTC. Rows are created in the order of their ids. */
  readonly from: string;
  readonly to: string;
  /** How many rows share one SystemModstamp; 1 when left out. */
  readonly rowsPerStamp?: number;
  /** Values to draw from, by field name; required and usual fields that are not named get values of their type. */
  readonly values?: Readonly<Record<string, readonly SalesforceValue[]>>;
}

/** A custom object; its fields are among `customFields`, beside Id, Name, OwnerId and the audit fields. */
export interface SalesforceObjectSeed {
  /** Ends in `__c`. */
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  /** Three characters, e.g. `a00`. */
  readonly keyPrefix: string;
}

export interface SalesforceDescribedSeed {
  readonly label: string;
  readonly fields: Readonly<Record<string, { readonly label: string; readonly referenceTo: readonly string[] }>>;
}

export interface SalesforceSeed {
  readonly organization: { readonly id: string; readonly name: string; readonly timeZone: string };
  /** The user the integration signs in as. */
  readonly integrationUserId: string;
  readonly customFields: Readonly<Record<string, readonly SalesforceFieldSeed[]>>;
  /**
   * Rows by object name: User, Group, Account, Contact, Lead, Opportunity, OpportunityContactRole, Contract, Task,
   * Event, OpportunityStage, LeadStatus, OpportunityHistory, OpportunityFieldHistory, LeadHistory, ContractHistory,
   * AccountHistory. Each row carries the system fields (IsDeleted, CreatedDate, CreatedById, LastModifiedDate,
   * LastModifiedById, SystemModstamp) where the object has them; a field left out is null.
   */
  readonly rows: Readonly<Record<string, readonly SalesforceRow[]>>;
  readonly customObjects?: readonly SalesforceObjectSeed[];
  /** At most one per object; they come on top of its `rows`. */
  readonly generated?: readonly SalesforceGeneratedSeed[];
  /** What the org calls objects and fields the platform calls otherwise, and what its references lead to. */
  readonly described?: Readonly<Record<string, SalesforceDescribedSeed>>;
  /** Field names per object whose changes the org tracks in field history. */
  readonly trackedFields: Readonly<Record<string, readonly string[]>>;
}

export interface AsanaSeed {
  readonly workspace: { readonly gid: string; readonly name: string; readonly emailDomains: readonly string[] };
  /** gid of the user the integration's token belongs to. */
  readonly tokenUserGid: string;
  readonly users: readonly {
    readonly gid: string;
    readonly name: string;
    readonly email: string;
    /** True for one who left: named by what they did, and in no list. */
    readonly departed?: boolean;
  }[];
  readonly teams: readonly {
    readonly gid: string;
    readonly name: string;
    /** Everybody when left out. */
    readonly memberGids?: readonly string[];
  }[];
  readonly customFields: readonly AsanaCustomFieldSeed[];
  readonly projects: readonly AsanaProjectSeed[];
  readonly sections: readonly {
    readonly gid: string;
    readonly name: string;
    readonly projectGid: string;
    /** As its project when left out. */
    readonly createdAt?: string;
    readonly deletedAt?: string | null;
  }[];
  readonly tags?: readonly { readonly gid: string; readonly name: string; readonly createdAt: string }[];
  readonly tasks: readonly AsanaTaskSeed[];
  readonly stories: readonly AsanaStorySeed[];
  /** Projects full of tasks that are computed when asked for, however many they are. */
  readonly generated?: readonly AsanaGeneratedSeed[];
  readonly projectTemplates?: readonly AsanaProjectTemplateSeed[];
}

/** What `instantiateProject` makes a project from. */
export interface AsanaProjectTemplateSeed {
  readonly gid: string;
  readonly name: string;
  readonly teamGid: string;
  readonly ownerGid: string | null;
  /** Whom an instantiation may name; the role's tasks are theirs. */
  readonly requestedRoles: readonly { readonly gid: string; readonly name: string }[];
  readonly customFieldGids: readonly string[];
  readonly taskCustomFieldGids: readonly string[];
  readonly values: AsanaFieldValues;
  /** The project is due so many days after its requested start date; null asks for no date. */
  readonly dueAfterDays: number | null;
  readonly sections: readonly {
    readonly name: string;
    readonly tasks: readonly {
      readonly name: string;
      readonly subtype: "default_task" | "milestone" | "approval";
      readonly roleGid: string | null;
      /** Days after the requested start date. */
      readonly dueAfterDays: number | null;
    }[];
  }[];
}

/** Projects whose tasks follow from seed and index: never all in memory, changed ones kept. */
export interface AsanaGeneratedSeed {
  readonly seed: number;
  readonly projects: number;
  /** Tasks altogether, spread evenly over the projects and their sections. */
  readonly tasks: number;
  /** Names of each project's sections; tasks of the last one are complete. */
  readonly sections: readonly string[];
  readonly teamGid: string;
  /** Custom fields the projects' tasks carry, with values by type. */
  readonly customFieldGids: readonly string[];
  /** Instants between which everything happened. */
  readonly from: string;
  readonly to: string;
}

export interface AsanaCustomFieldSeed {
  readonly gid: string;
  readonly name: string;
  readonly type: "text" | "number" | "enum" | "multi_enum" | "date" | "people" | "reference";
  /** Formula and custom id fields are read-only shows of another type. */
  readonly representation?: "formula" | "custom_id";
  /** Decimal places, for numbers. */
  readonly precision?: number;
  readonly options?: readonly AsanaOptionSeed[];
  /** Options that are on no list any more and that history names. */
  readonly formerOptions?: readonly AsanaOptionSeed[];
  /** True for a field of one project, which the workspace does not list. */
  readonly local?: boolean;
}

export interface AsanaOptionSeed {
  readonly gid: string;
  readonly name: string;
  readonly color: string;
  /** True when left out. */
  readonly enabled?: boolean;
}

/** By custom field gid: text, number, enum option gid, day, or user gids. */
export type AsanaFieldValues = Readonly<Record<string, string | number | readonly string[] | null>>;

export interface AsanaProjectSeed {
  readonly gid: string;
  readonly name: string;
  readonly teamGid: string;
  readonly ownerGid: string | null;
  readonly archived: boolean;
  readonly completedAt: string | null;
  readonly completedByGid?: string | null;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly startOn: string | null;
  readonly dueOn: string | null;
  readonly notes: string;
  /** Worked out when left out. */
  readonly permalinkUrl?: string;
  /** gids of the custom fields attached to the project (its tasks show them too unless `forTasks` lists others). */
  readonly customFieldGids: readonly string[];
  readonly taskCustomFieldGids: readonly string[];
  readonly values: AsanaFieldValues;
  /** Set for a project in the trash: it answers 404 and is gone from lists; events report it `deleted`. */
  readonly deletedAt: string | null;
}

export interface AsanaTaskSeed {
  readonly gid: string;
  readonly name: string;
  /** `default_task`, `milestone`, `approval` and what else there is. */
  readonly subtype: string;
  readonly notes: string;
  readonly createdAt: string;
  readonly createdByGid: string | null;
  readonly modifiedAt: string;
  readonly assigneeGid: string | null;
  readonly completed: boolean;
  readonly completedAt: string | null;
  readonly completedByGid: string | null;
  readonly startOn: string | null;
  readonly dueOn: string | null;
  readonly dueAt?: string | null;
  /** Of approvals; follows from `completed` when left out. */
  readonly approvalStatus?: string | null;
  readonly tagGids?: readonly string[];
  /** Worked out when left out. */
  readonly permalinkUrl?: string;
  readonly parentGid: string | null;
  readonly memberships: readonly { readonly projectGid: string; readonly sectionGid: string }[];
  readonly values: AsanaFieldValues;
  readonly deletedAt: string | null;
}

/** One story; `createdByGid` null is a rule or the system. Which of the optional fields are set follows from `subtype`. */
export interface AsanaStorySeed {
  readonly gid: string;
  readonly taskGid: string;
  readonly createdAt: string;
  readonly createdByGid: string | null;
  readonly source: "web" | "email" | "mobile" | "api" | "unknown";
  /** As Asana names it: `section_changed`, `enum_custom_field_changed` … (reference asana.md §12). */
  readonly subtype: string;
  readonly text?: string;
  readonly projectGid?: string;
  readonly oldSectionGid?: string;
  readonly newSectionGid?: string;
  readonly assigneeGid?: string;
  readonly oldDueOn?: string | null;
  readonly newDueOn?: string | null;
  readonly oldDueAt?: string | null;
  readonly newDueAt?: string | null;
  readonly oldStartOn?: string | null;
  readonly newStartOn?: string | null;
  readonly oldName?: string;
  readonly newName?: string;
  readonly oldSubtype?: string;
  readonly newSubtype?: string;
  readonly oldApproval?: string | null;
  readonly newApproval?: string | null;
  readonly customFieldGid?: string;
  /** Text, number, day or instant; gids for options, people and the many-valued types. */
  readonly oldValue?: string | number | readonly string[] | null;
  readonly newValue?: string | number | readonly string[] | null;
}

export interface MondaySeed {
  readonly account: { readonly id: string; readonly name: string; readonly slug: string };
  /** id of the user the integration's token belongs to. */
  readonly tokenUserId: string;
  readonly users: readonly {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly enabled: boolean;
    readonly createdAt: string;
    /** `member` when left out. */
    readonly kind?: "admin" | "member" | "guest" | "view_only";
    /** False for one who was invited and has not come yet; true when left out. */
    readonly emailConfirmed?: boolean;
  }[];
  readonly workspaces: readonly {
    readonly id: string;
    readonly name: string;
    /** `active` when left out. */
    readonly state?: MondayItemSeed["state"];
  }[];
  readonly boards: readonly MondayBoardSeed[];
}

export interface MondayBoardSeed {
  readonly id: string;
  readonly name: string;
  /** Null for the account's main workspace. */
  readonly workspaceId: string | null;
  readonly createdAt: string;
  /** `active` when left out. */
  readonly state?: MondayItemSeed["state"];
  /** The board whose subitems these are. */
  readonly parentBoardId?: string;
  readonly groups: readonly {
    readonly id: string;
    readonly title: string;
    readonly color: string;
    readonly archived?: boolean;
    readonly deleted?: boolean;
  }[];
  readonly columns: readonly MondayColumnSeed[];
  readonly items: readonly MondayItemSeed[];
  /** Activity of the board and its items, oldest first. */
  readonly activity: readonly MondayActivitySeed[];
  /** Further items, with their activity, that are computed on demand instead of being held in memory. */
  readonly generated?: MondayGeneratedSeed;
}

/**
 * Items that follow from (seed, index): item `i` has the id `firstId + i`, is created at `startAt + i * stepMs` and its
 * status changes twice later. They come before the listed items of the board.
 */
export interface MondayGeneratedSeed {
  readonly seed: number;
  readonly count: number;
  readonly firstId: number;
  readonly startAt: string;
  /** Milliseconds between two creations. */
  readonly stepMs: number;
  /** Who creates, changes and owns the items. */
  readonly userIds: readonly string[];
  /** Every so-many-th item is archived at its end; none when left out. */
  readonly archivedEvery?: number;
}

export interface MondayColumnSeed {
  readonly id: string;
  readonly title: string;
  readonly type: MondayColumnType | "name";
  /** For status: label text by index, and which indexes count as done. For dropdown: label by id. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly doneIndexes?: readonly number[];
  /** Settings of the types without labels: `boardIds`, `relation_column`, `formula`, `unit` … */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `settings_str` as it was given, until the column changes; worked out when left out. */
  readonly settingsText?: string;
}

export type MondayColumnType =
  | "status"
  | "people"
  | "date"
  | "timeline"
  | "numbers"
  | "text"
  | "dropdown"
  | "checkbox"
  | "link"
  | "long_text"
  | "email"
  | "phone"
  | "country"
  | "rating"
  | "vote"
  | "hour"
  | "week"
  | "world_clock"
  | "location"
  | "tags"
  | "color_picker"
  | "board_relation"
  | "mirror"
  | "dependency"
  | "formula"
  | "item_id"
  | "creation_log"
  | "last_updated"
  | "auto_number"
  | "time_tracking"
  | "file"
  | "doc"
  | "direct_doc"
  | "group"
  | "person"
  | "progress"
  | "button"
  | "subtasks"
  | "team";

export interface MondayItemSeed {
  readonly id: string;
  readonly name: string;
  readonly groupId: string;
  readonly creatorId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly state: "active" | "archived" | "deleted";
  /**
   * By column id, monday's own value object: status `{index}`, people `{personsAndTeams:[{id,kind}]}`, date `{date}`,
   * timeline `{from,to}`, numbers `"3"`, text `"…"`, dropdown `{ids:[1]}`, checkbox `{checked:true}`, link `{url,text}`.
   */
  readonly values: Readonly<Record<string, unknown>>;
  /** The item a subitem hangs under. */
  readonly parentId?: string;
  /** Cells as they were given, each until its value changes; worked out when left out. */
  readonly told?: Readonly<Record<string, MondayToldCell>>;
}

/** What the API said of a cell while it held `raw`. */
export interface MondayToldCell {
  readonly raw: unknown;
  readonly value: string | null;
  /** Null where it was not asked for: then it is worked out. */
  readonly text: string | null;
}

/** One row of the activity log in monday's vocabulary (reference monday.md §8); `data` is stored as its JSON text. */
export interface MondayActivitySeed {
  readonly id: string;
  readonly event: string;
  readonly entity: "board" | "pulse";
  /** Negative for automations and the system. */
  readonly userId: string;
  readonly createdAt: string;
  /** The instant as the log writes it, 17 digits of 100 ns, where it is finer than `createdAt`. */
  readonly stamp?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TableauSeed {
  readonly siteContentUrl: string;
  readonly siteName: string;
  readonly userName: string;
  readonly projects: readonly string[];
}
