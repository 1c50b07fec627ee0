import type { Random } from "./random.ts";

const FIRST =
  "Aaron Abigail Adele Ahmed Alan Alicia Amir Anita Anton Ariel Astrid Beatriz Boris Brenda Caleb Carla Cedric Chiara Clara Claude Colin Daria David Deepa Derek Dora Edgar Elif Emil Emma Erik Esther Eva Farid Felix Fiona Frank Gina Greta Hans Helen Hugo Ida Igor Irene Isaac Ivana Jana Jonas Julia Karim Karl Kira Lars Leila Leon Linda Luca Lucia Magda Marco Maria Martin Maya Milan Mona Nadia Neil Nina Noah Olga Omar Oscar Pablo Petra Quinn Rafael Rita Robert Rosa Ruth Sara Selim Simon Stella Sven Tara Theo Tina Uma Vera Victor Walter Wanda Xenia Yara Yusuf Zoe".split(
    " ",
  );
const LAST =
  "Abbott Adler Aguilar Albrecht Andersen Archer Baker Barros Becker Bell Berger Bianco Blake Bowen Brandt Brooks Bruno Burke Campos Carlsen Chen Clarke Cohen Cole Costa Cruz Dahl Daniels Das Diaz Dixon Doyle Duarte Dunn Eklund Ellis Engel Erickson Farrell Faria Fischer Flores Foster Frey Fuchs Garcia Gibson Gomez Grant Gray Greene Gupta Hall Hansen Hart Hayes Heller Herrera Hill Hoffman Holm Hughes Ibarra Ito Jansen Jensen Jones Kaplan Keller Khan Klein Koch Kumar Lang Larsen Leclerc Lee Lopez Lund Maier Marino Mason Meyer Miller Molina Moreau Munoz Nagy Nelson Nguyen Nolan Olsen Owens Palmer Park Perez Price Quintana Ramos Reed Rossi Roth Russo Sato Schmidt Shah Sharma Silva Sousa Steiner Stern Svensson Torres Ueda Vance Vargas Vega Vogel Wagner Walsh Weber West Wolf Wright Yilmaz Young Zhang Zimmer".split(
    " ",
  );
const FRONT =
  "Acorn Alder Amber Anchor Arbor Argent Aspen Atlas Aurora Beacon Birch Bluestone Boreal Brightwater Bronze Canyon Cardinal Cascade Cedar Cinder Citadel Cobalt Compass Copper Coral Crescent Crestline Delta Driftwood Eastgate Echo Elm Ember Evergreen Falcon Fairview Fern Fjord Flint Foxglove Frontier Garnet Glacier Granite Greenfield Harbor Hawthorn Hazel Helios Heron Highland Horizon Indigo Ironwood Ivory Jasper Juniper Keystone Lakeshore Lantern Larkspur Laurel Linden Lumen Maple Meridian Midland Milestone Monarch Nimbus Northwind Oakridge Onyx Opal Orchard Orion Osprey Pacific Pebble Pinnacle Pioneer Polaris Prairie Quarry Quartz Redwood Ridgeway Riverbend Saffron Sable Sequoia Sierra Silverlake Skyline Solstice Sparrow Sterling Stonebridge Summit Sycamore Tamarack Terra Thistle Tidewater Timber Topaz Trellis Umber Vantage Verdant Vista Walnut Westbrook Willow Windmill Yarrow Zenith".split(
    " ",
  );
const BACK =
  "Analytics Apparel Automotive Bank Biotech Capital Chemicals Clinics Components Construction Consulting Credit Dairy Devices Diagnostics Dynamics Education Electric Energy Farms Finance Foods Freight Furniture Games Glass Health Hotels Imaging Instruments Insurance Logistics Manufacturing Marine Materials Media Metals Mobility Motors Networks Optics Outdoors Packaging Paper Partners Pharma Plastics Power Print Properties Rail Retail Robotics Security Semiconductors Shipping Software Solar Steel Studios Supply Telecom Textiles Tools Trading Travel Utilities Ventures Water Wine Works".split(
    " ",
  );
const TAIL = ["", "", "", "", " Group", " Holdings", " International", " Services"];

/** Job titles of contacts and leads. */
export const TITLES = ["VP Operations", "COO", "Head of IT", "Operations Manager", "IT Director", "RevOps Lead", "CFO"];
/** Industries of accounts and leads. */
export const INDUSTRIES = ["Manufacturing", "Technology", "Financial Services", "Healthcare", "Retail", "Logistics"];
/** Where leads come from. */
export const LEAD_SOURCES = ["Web", "Webinar", "Paid Search", "Partner", "Trade Show", "Referral"];

/** A person outside the company. */
export interface PersonName {
  readonly first: string;
  readonly last: string;
}

/** Any first with any last name; names repeat, as they do. */
export function personName(random: Random): PersonName {
  return { first: random.pick(FIRST), last: random.pick(LAST) };
}

/** Lower-case letters and digits joined by hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** The comparison form of a name: case and white space folded, nothing else (docs/techflow.md, Handoffs). */
export function folded(name: string): string {
  return name.trim().replace(/\s+/g, " ").toLowerCase();
}

/** Hands out company names, each once. */
export function createCompanyNames(random: Random): () => string {
  const used = new Set<string>();
  return () => {
    for (;;) {
      let name = `${random.pick(FRONT)} ${random.pick(BACK)}${random.pick(TAIL)}`;
      if (used.has(name)) name = `${random.pick(FRONT)} ${name}`;
      if (!used.has(name)) {
        used.add(name);
        return name;
      }
    }
  };
}

const CAPABILITY =
  "Approval chains,Audit trail,Bulk editing,Calendar view,Conditional steps,Custom reports,Data residency,Delegation,Digest mails,Document preview,Escalation rules,Field permissions,Form builder,Guest access,Inbound webhooks,Inline comments,Keyboard shortcuts,Localized dates,Mobile inbox,Multi-currency fields,Offline mode,Outbound webhooks,Parallel branches,Process map,Public API limits,Role templates,Sandbox tenants,Saved filters,Scheduled runs,Single sign-on,Step timers,Sub-processes,Task recurrence,Template gallery,Two-factor sign-in,Usage dashboard,User provisioning,Version compare,Workload view,Workspace export".split(
    ",",
  );
const ASPECT = [
  "",
  " for admins",
  " for Enterprise",
  " phase 2",
  " redesign",
  " for mobile",
  " performance",
  " for EMEA",
];

/** The name of the nth feature; different for every n. */
export function featureName(order: readonly number[], n: number): string {
  const k = order[n % order.length] ?? n;
  const round = Math.floor(n / order.length);
  const base = `${CAPABILITY[k % CAPABILITY.length] ?? "Feature"}${ASPECT[Math.floor(k / CAPABILITY.length) % ASPECT.length] ?? ""}`;
  return round === 0 ? base : `${base} (release ${String(round + 1)})`;
}

/** How many different feature names there are before they repeat with a release number. */
export const FEATURE_NAMES = CAPABILITY.length * ASPECT.length;
