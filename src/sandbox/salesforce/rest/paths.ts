/** The decoded segments of a path; doubled and trailing slashes do not count (reference salesforce.md §14). */
export function splitPath(pathname: string): string[] {
  return pathname
    .split("/")
    .filter((each) => each !== "")
    .map((each) => {
      try {
        return decodeURIComponent(each);
      } catch (error) {
        if (error instanceof URIError) return each;
        throw error;
      }
    });
}

const WORDS = new Set(["describe", "updated", "deleted", "recordcount", "batch", "sobjects", "tree", "graph"]);

/** The name under which a call is counted: ids, locators and key values are left out. */
export function operationName(method: string, path: readonly string[]): string {
  const [first = "", second, third] = path;
  if (first === "sobjects" && second !== undefined) {
    const rest =
      third === undefined
        ? ""
        : WORDS.has(third.toLowerCase())
          ? `/${third}`
          : path.length > 3
            ? `/${third}/{value}`
            : "/{id}";
    return `${method} sobjects/${second}${rest}`;
  }
  if (first.toLowerCase().startsWith("query")) return `${method} ${first}${second === undefined ? "" : "/{locator}"}`;
  if (first === "jobs" && third !== undefined) {
    return [`${method} jobs`, second, "{id}", ...path.slice(3)].join("/");
  }
  return `${method} ${path.slice(0, 4).join("/")}`;
}
