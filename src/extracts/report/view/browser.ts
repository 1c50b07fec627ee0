import type { ReportData } from "../data.ts";
import type { Filter } from "./filter.ts";
import { chosenOf } from "./page-evidence.ts";
import { renderPage } from "./page.ts";

/** What the page needs of a browser, so that the code can be checked without a browser's types. */
export interface BrowserElement {
  innerHTML: string;
  textContent: string | null;
  value: string;
  hidden: boolean;
  open: boolean;
  readonly classList: { toggle(name: string, on: boolean): void; add(name: string): void };
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  getAttribute(name: string): string | null;
  addEventListener(event: string, listener: () => void): void;
  focus(options?: { readonly preventScroll: boolean }): void;
  scrollIntoView(): void;
}

export interface BrowserDocument {
  title: string;
  readonly documentElement: BrowserElement;
  getElementById(id: string): BrowserElement | null;
  querySelectorAll(selector: string): Iterable<BrowserElement>;
}

export interface BrowserWindow {
  readonly location: { hash: string };
  readonly history: { replaceState(state: null, title: string, url: string): void };
  addEventListener(event: string, listener: () => void): void;
  scrollTo(x: number, y: number): void;
}

export const FILTER_NAMES = ["process", "segment", "period"] as const;

/**
 * Brings the page to life: one page at a time, by the address's fragment (`#handoffs?segment=SMB`, `#evidence/error-rate`), drawn
 * anew when a filter changes. Without it the file shows every page, unfiltered, one under the other.
 */
export function start(document: BrowserDocument, window: BrowserWindow): void {
  const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}") as ReportData;
  const parts = (): readonly [string, string] => {
    const [path = "", query = ""] = window.location.hash.slice(1).split("?");
    return [path, query];
  };
  const fieldOf = (name: string): BrowserElement | null => document.getElementById(`filter-${name}`);
  const chosen = (name: string): string | null => fieldOf(name)?.value || null;
  /** The address of what is looked at. */
  const address = (): string => {
    const query = new URLSearchParams();
    for (const name of FILTER_NAMES) {
      const value = chosen(name);
      if (value !== null) query.set(name, value);
    }
    const [path] = parts();
    const text = query.toString();
    return `#${path || "overview"}${text === "" ? "" : `?${text}`}`;
  };
  const takeFilters = (query: string): void => {
    if (query === "") return;
    const asked = new URLSearchParams(query);
    for (const name of FILTER_NAMES) {
      const field = fieldOf(name);
      if (field !== null) field.value = asked.get(name) ?? "";
    }
  };
  let shown = "";
  const show = (): void => {
    const [path, query] = parts();
    takeFilters(query);
    const [wanted = "", ...figure] = path.split("/");
    const asked = chosenOf(figure);
    const id = data.pages.some((page) => page.id === wanted) ? wanted : "overview";
    const filter: Filter = { process: chosen("process"), segment: chosen("segment"), period: chosen("period") };
    for (const page of data.pages) {
      const section = document.getElementById(page.id);
      if (section === null) continue;
      section.hidden = page.id !== id;
      if (page.id === id) section.innerHTML = renderPage(data, id, filter, asked);
    }
    for (const link of document.querySelectorAll("nav a")) {
      if (link.getAttribute("href") === `#${id}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = `${data.pages.find((page) => page.id === id)?.title ?? ""} · ${data.company}`;
    if (shown !== "" && shown !== path) {
      document.getElementById(`title-${id}`)?.focus({ preventScroll: true });
      if (asked === null) window.scrollTo(0, 0);
    }
    if (asked !== null) document.getElementById(`evidence-${asked.kpi}`)?.scrollIntoView();
    shown = path;
    // Links within the page name no filters; the address always does, so that what one sees can be sent.
    if (address() !== window.location.hash) window.history.replaceState(null, "", address());
  };
  const remember = (): void => {
    window.history.replaceState(null, "", address());
    show();
  };
  for (const name of FILTER_NAMES) fieldOf(name)?.addEventListener("change", remember);
  document.getElementById("filter-clear")?.addEventListener("click", () => {
    for (const name of FILTER_NAMES) {
      const field = fieldOf(name);
      if (field !== null) field.value = "";
    }
    remember();
  });
  window.addEventListener("hashchange", show);
  document.documentElement.classList.add("live");
  show();
}
