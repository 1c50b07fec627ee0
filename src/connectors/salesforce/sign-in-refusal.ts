import { z } from "zod";
import type { Exchange } from "./http.ts";

/** As OAuth says it. */
const oauthSchema = z.object({ error: z.string(), error_description: z.string().optional() });
/** As the rest of the API says it, which gateways in front of the token endpoint do, too (reference salesforce.md §4). */
const apiSchema = z.array(z.object({ errorCode: z.string(), message: z.string() })).min(1);

const LONGEST = 200;

export interface SignInRefusal {
  /** Set when calls or sign-ins are used up: nobody has to change anything. */
  readonly quota: { readonly errorCode: string; readonly message: string } | null;
  /** What the org said, in a few words. */
  readonly said: string;
}

/** What an answer to a sign-in that is no token says, in whichever shape it came. */
export function refusalOf({ status, refusal = "" }: Pick<Exchange, "status" | "refusal">): SignInRefusal {
  const answer = parsed(refusal);
  const api = apiSchema.safeParse(answer).data?.[0];
  if (api !== undefined) {
    const spent = api.errorCode === "REQUEST_LIMIT_EXCEEDED";
    return { quota: spent ? api : null, said: short(`${api.errorCode}: ${api.message}`) };
  }
  const oauth = oauthSchema.safeParse(answer).data;
  if (oauth === undefined) return { quota: null, said: `an answer of status ${status ?? 0} without a reason` };
  const { error, error_description: description } = oauth;
  const said = short(description === undefined ? error : `${error}: ${description}`);
  const rate = /login rate exceeded/iu.test(description ?? "");
  return { quota: rate ? { errorCode: "LOGIN_RATE_EXCEEDED", message: said } : null, said };
}

function short(text: string): string {
  return text.slice(0, LONGEST);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
