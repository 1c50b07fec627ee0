import { salesforceId } from "../salesforce/ids.ts";

/** The teams of TechFlow. */
export type Team =
  | "Marketing"
  | "Sales"
  | "Customer Success"
  | "Product"
  | "Engineering"
  | "Finance"
  | "People Ops"
  | "Legal"
  | "Support";

/** What somebody does in the story. */
export type Job = "marketer" | "sdr" | "ae" | "sales manager" | "csm" | "pm" | "engineer" | "staff" | "service";

/** One person or service account of TechFlow, with the identity each system gives it. Ids are the same for every seed. */
export interface RosterEntry {
  /** The person's name as Salesforce spells it. */
  readonly name: string;
  readonly team: Team;
  readonly job: Job;
  readonly salesforce?: { readonly userId: string; readonly username: string; readonly email: string };
  readonly asana?: { readonly gid: string; readonly email: string; readonly name: string };
  readonly monday?: { readonly id: string; readonly email: string; readonly name: string };
  /** Set for accounts that are no person: what they do is automation. */
  readonly service?: true;
  /** Name of the colleague who takes over when this person is away or has left. */
  readonly backup?: string;
}

interface Line {
  readonly name: string;
  readonly job: Job;
  /** Spelling in Asana, where it differs from Salesforce. */
  readonly asana?: string;
}

const TEAMS: Readonly<Record<Team, readonly Line[]>> = {
  Marketing: [
    { name: "Priya Raman", job: "marketer" },
    { name: "Oliver Stone", job: "marketer" },
    { name: "Camille Dubois", job: "marketer" },
  ],
  Sales: [
    { name: "Marcus Hale", job: "sales manager" },
    { name: "Elena Petrova", job: "ae", asana: "Lena Petrova" },
    { name: "Tom Whitfield", job: "ae", asana: "Thomas Whitfield" },
    { name: "José Álvarez", job: "ae", asana: "Jose Alvarez" },
    { name: "Grace Kim", job: "ae" },
    { name: "Hannah Weiss", job: "ae" },
    { name: "Samir Haddad", job: "ae" },
    { name: "Laura Bianchi", job: "ae" },
    { name: "Ben Carter", job: "sdr", asana: "Benjamin Carter" },
    { name: "Nia Okafor", job: "sdr" },
    { name: "Jake Morrison", job: "sdr" },
    { name: "Sofia Lindgren", job: "sdr" },
    { name: "Arjun Patel", job: "sdr" },
  ],
  "Customer Success": [
    { name: "Dana Ortiz", job: "csm" },
    { name: "Kate Sullivan", job: "csm", asana: "Katherine Sullivan" },
    { name: "Mikael Åström", job: "csm", asana: "Mikael Astrom" },
    { name: "Renee Fournier", job: "csm", asana: "Renée Fournier" },
    { name: "Will Turner", job: "csm", asana: "William Turner" },
    { name: "Aisha Rahman", job: "csm" },
    { name: "Diego Castillo", job: "csm" },
    { name: "Yuki Tanaka", job: "csm", asana: "Tanaka Yuki" },
  ],
  Product: [
    { name: "Ingrid Solberg", job: "pm" },
    { name: "Peter Novak", job: "pm", asana: "Petr Novák" },
    { name: "Chloe Bennett", job: "pm" },
    { name: "Ravi Iyer", job: "pm" },
  ],
  Engineering: [
    { name: "Alex Romano", job: "engineer", asana: "Alessandro Romano" },
    { name: "Mei Lin", job: "engineer" },
    { name: "Tobias Kern", job: "engineer" },
    { name: "Fatima Zahra", job: "engineer" },
    { name: "Sean Gallagher", job: "engineer" },
    { name: "Viktor Horvat", job: "engineer" },
    { name: "Leah Goldberg", job: "engineer" },
  ],
  Finance: [
    { name: "Joan Fletcher", job: "staff" },
    { name: "Curtis Boyd", job: "staff" },
    { name: "Amara Nwosu", job: "staff" },
  ],
  "People Ops": [
    { name: "Bridget Moore", job: "staff" },
    { name: "Andre Lewis", job: "staff", asana: "André Lewis" },
  ],
  Legal: [
    { name: "Victoria Chan", job: "staff" },
    { name: "Edward Nash", job: "staff", asana: "Ed Nash" },
  ],
  Support: [
    { name: "Kofi Mensah", job: "staff" },
    { name: "Paula Reyes", job: "staff" },
    { name: "Dmitri Volkov", job: "staff", asana: "Dmitry Volkov" },
  ],
};

const IN_SALESFORCE: readonly Team[] = ["Marketing", "Sales", "Customer Success", "Finance", "Legal"];
const IN_MONDAY: readonly Team[] = ["Product", "Engineering"];

const SERVICES: readonly RosterEntry[] = [
  {
    name: "Integration user",
    team: "Sales",
    job: "service",
    salesforce: {
      userId: salesforceId("005", 1),
      username: "hub@techflow.example",
      email: "hub@techflow.example",
    },
    monday: { id: "70100001", email: "hub@techflow.example", name: "Process Hub" },
    service: true,
  },
  {
    name: "Marketing automation",
    team: "Marketing",
    job: "service",
    salesforce: {
      userId: salesforceId("005", 2),
      username: "automation@techflow.example",
      email: "automation@techflow.example",
    },
    service: true,
  },
  {
    name: "Asana bot",
    team: "Customer Success",
    job: "service",
    asana: { gid: "1208000000000001", email: "asana-bot@techflow.example", name: "asana-bot" },
    service: true,
  },
];

/** Latin letters without diacritics, lower case: the form used in e-mail addresses. */
function mailPart(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
}

function buildPeople(): RosterEntry[] {
  const people: RosterEntry[] = [];
  let n = 0;
  for (const [team, lines] of Object.entries(TEAMS) as [Team, readonly Line[]][]) {
    const sameJob = (line: Line): readonly Line[] => {
      const peers = lines.filter((other) => other.job === line.job);
      return peers.length > 1 ? peers : lines;
    };
    for (const line of lines) {
      n += 1;
      const [first = "", last = ""] = line.name.split(" ");
      const long = `${mailPart(first)}.${mailPart(last)}@techflow.example`;
      const short = `${mailPart(first).charAt(0)}${mailPart(last)}@techflow.example`;
      const peers = sameJob(line);
      const backup = peers[(peers.indexOf(line) + 1) % peers.length];
      people.push({
        name: line.name,
        team,
        job: line.job,
        ...(IN_SALESFORCE.includes(team) && {
          salesforce: { userId: salesforceId("005", 100 + n), username: long, email: long },
        }),
        ...(team !== "Marketing" && {
          asana: {
            gid: String(1_208_000_000_000_100 + n * 7),
            email: n % 2 === 0 ? short : long,
            name: line.asana ?? line.name,
          },
        }),
        ...(IN_MONDAY.includes(team) && {
          monday: {
            id: String(70_100_100 + n * 3),
            email: `${mailPart(first)}@techflow.example`,
            name: n % 2 === 0 ? `${last}, ${first}` : `${first} ${last.charAt(0)}.`,
          },
        }),
        ...(backup !== undefined && backup !== line && { backup: backup.name }),
      });
    }
  }
  return people;
}

/** Everybody at TechFlow, service accounts first (docs/techflow.md, People). */
export const ROSTER: readonly RosterEntry[] = [...SERVICES, ...buildPeople()];

/** The Salesforce queue `Inbound Leads` that owns leads until an SDR takes them. */
export const INBOUND_LEADS_QUEUE_ID = salesforceId("00G", 1);
