/** A person or service account of the company, one across all systems (config/people.yaml). */
export interface Actor {
  readonly id: string;
  readonly name: string;
  /** A queue holds work until a person takes it. */
  readonly kind: "human" | "service" | "automation" | "queue" | "unknown";
  readonly team: string | null;
  /** Who takes over when the person has left. */
  readonly backup: string | null;
  /** False once a system says the person's account is inactive. */
  readonly active: boolean;
  /** `system/tenant/user id` of each account that was resolved to this person, with how. */
  readonly accounts: readonly { readonly key: string; readonly method: string; readonly why: string }[];
}
