import { domainToASCII } from "node:url";
import { parse } from "tldts";
import { FREE_MAIL, ROLE_NAMES, SHARED_HOSTS } from "./word-lists.ts";

/**
 * The registrable domain of an address, a URL or an e-mail in punycode: `mail.acme.co.uk` → `acme.co.uk`; null when there
 * is none.
 */
export function foldDomain(text: string): string | null {
  return registered(text)?.domain ?? null;
}

/**
 * The domain, where it belongs to one company: null for free mail and for hosts whose pages are their tenants'.
 * @param aliases the domain a company gave up (or redirects) → the one it has.
 */
export function companyDomain(text: string, aliases: ReadonlyMap<string, string> = NO_ALIASES): string | null {
  const found = registered(text);
  if (found === null || found.shared || FREE_MAIL.has(found.domain) || SHARED_HOSTS.has(found.domain)) return null;
  return aliases.get(found.domain) ?? found.domain;
}

/** An e-mail address taken apart, lower case. */
export interface Email {
  /** In the form in which two spellings reach one mailbox. */
  readonly address: string;
  readonly local: string;
  readonly domain: string;
  /** `info@`: many persons read it. */
  readonly role: boolean;
  readonly free: boolean;
}

/** Null for what is no e-mail address. Dots and what follows a plus are dropped only where the provider ignores them. */
export function readEmail(text: string): Email | null {
  const [, written = "", host = ""] = /^([^\s@<>"]+)@([^\s@<>"]+)$/u.exec(text.trim().toLowerCase()) ?? [];
  const domain = domainToASCII(host);
  if (written === "" || domain === "" || !domain.includes(".")) return null;
  const base = PLUS_IGNORED.has(domain) ? (written.split("+")[0] ?? written) : written;
  const local = DOTS_IGNORED.has(domain) ? base.replaceAll(".", "") : base;
  const box = DOTS_IGNORED.has(domain) ? "gmail.com" : domain;
  return {
    address: `${local}@${box}`,
    local,
    domain: box,
    role: ROLE_NAMES.has(written),
    free: FREE_MAIL.has(foldDomain(domain) ?? domain),
  };
}

/** The last nine digits, in which `+49 40 123456789` and `040/123456789` are one; null for what is too short to be one's own. */
export function foldPhone(text: string): string | null {
  const digits = text
    .normalize("NFKC")
    .replace(/(?:ext|x|durchwahl)\.?\s*\d{1,6}\s*$/iu, "")
    .replaceAll(/\D/gu, "");
  return digits.length < 7 ? null : digits.slice(-9);
}

const NO_ALIASES: ReadonlyMap<string, string> = new Map();
const DOTS_IGNORED = new Set(["gmail.com", "googlemail.com"]);
const PLUS_IGNORED = new Set([...DOTS_IGNORED, "outlook.com", "hotmail.com", "live.com", "icloud.com", "fastmail.com"]);

function registered(text: string): { readonly domain: string; readonly shared: boolean } | null {
  const address = text.trim().toLowerCase();
  const { domain, isPrivate } = parse(
    address.includes("@") ? address.slice(address.lastIndexOf("@") + 1) : address,
    PRIVATE_TOO,
  );
  const ascii = domain === null ? "" : domainToASCII(domain);
  return ascii === "" ? null : { domain: ascii, shared: isPrivate === true };
}

const PRIVATE_TOO = { allowPrivateDomains: true };
