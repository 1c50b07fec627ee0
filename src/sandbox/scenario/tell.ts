import { tellActivities } from "./activities.ts";
import { createCalendar } from "./calendar.ts";
import { tellContractReviews } from "./contract-reviews.ts";
import { tellContracts } from "./contracts.ts";
import { openBook } from "./customers.ts";
import { tellExpansions, tellNewBusiness } from "./deals.ts";
import { tellExpansionTasks } from "./expansions.ts";
import { tellEpics } from "./epics.ts";
import { tellFeatures } from "./features.ts";
import { createIds } from "./ids.ts";
import { tellLeads } from "./leads.ts";
import { tellLookalikes } from "./lookalikes.ts";
import type { AccountPair } from "./lookalikes.ts";
import { tellOnboardings } from "./onboardings.ts";
import { tellCloses, tellHires, tellIncidents } from "./operations.ts";
import { createStaff } from "./people.ts";
import { tellQuarterlyReviews } from "./quarterly-reviews.ts";
import { createRandom } from "./random.ts";
import type { Setting, Story } from "./story.ts";

/** Which company to tell of. */
export interface ScenarioOptions {
  /** Whole number; another seed is another company with other defects. */
  readonly seed: number;
  /** Multiplies customers, leads and features; 1 is about 3,000 leads. */
  readonly scale: number;
  /** The instant at which the history ends, epoch milliseconds UTC. */
  readonly asOf: number;
}

function eighteenMonthsBefore(asOf: number): number {
  const date = new Date(asOf);
  date.setUTCMonth(date.getUTCMonth() - 18);
  return date.getTime();
}

/** Tells the company's story: business first, defects in it, nothing yet of any system's records. */
export function tellStory(options: ScenarioOptions): { story: Story; accountPairs: readonly AccountPair[] } {
  const asOf = Math.floor(options.asOf / 1000) * 1000;
  const year = new Date(asOf).getUTCFullYear();
  const random = (subject: string): ReturnType<typeof createRandom> => createRandom(options.seed, subject);
  const setting: Setting = {
    seed: options.seed,
    scale: options.scale,
    asOf,
    start: eighteenMonthsBefore(asOf),
    calendar: createCalendar(year - 4, year + 3),
    ids: createIds(),
    staff: createStaff(random("staff"), asOf),
    random,
  };
  const book = openBook(setting);
  const leads = tellLeads(setting, book);
  const newBusiness = tellNewBusiness(setting, book, leads);
  const { projects: onboardings, pairs } = tellOnboardings(setting, book, newBusiness);
  const { contracts, renewals } = tellContracts(setting, book, newBusiness);
  const firstTerms = new Map(contracts.map((contract) => [contract.account, contract]));
  const expansions = tellExpansions(
    setting,
    [...firstTerms].map(([account, contract]) => ({
      account,
      since: Math.max(setting.start, setting.calendar.instant(contract.startDay, 0)),
    })),
  );
  const deals = [...newBusiness, ...expansions, ...renewals];
  const features = tellFeatures(setting);
  const delivery = tellEpics(setting, features);
  const lookalikes = tellLookalikes(setting, book, newBusiness);
  const story: Story = {
    setting,
    accounts: book.accounts,
    leads,
    deals,
    contracts,
    onboardings,
    reviews: tellQuarterlyReviews(setting, contracts),
    delivery,
    closes: tellCloses(setting),
    hires: tellHires(setting),
    contractReviews: tellContractReviews(setting, newBusiness),
    incidents: tellIncidents(setting),
    features,
    activities: tellActivities(setting, leads, deals),
    // Told last: what came before keeps its ids.
    expansions: tellExpansionTasks(setting, expansions, contracts),
  };
  return { story, accountPairs: [...pairs, ...lookalikes] };
}
