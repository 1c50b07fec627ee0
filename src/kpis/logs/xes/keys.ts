/** Keys of the XES extensions that have a place of their own in a log. */
export const NAME = "concept:name";
export const ACTIVITY = "concept:name";
export const TIME = "time:timestamp";
export const RESOURCE = "org:resource";
export const LIFECYCLE = "lifecycle:transition";
