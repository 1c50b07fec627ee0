// Short lists written for this hub, not taken from anywhere: what is common, not what is complete. hub.yaml adds to them.

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/u));
}

/** Domains at which anybody has an address. They say nothing about a company. */
export const FREE_MAIL: ReadonlySet<string> = words(`
  gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it
  live.com live.co.uk live.fr msn.com passport.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.de yahoo.es
  yahoo.fr yahoo.it yahoo.ca yahoo.com.au yahoo.com.br ymail.com rocketmail.com aol.com aim.com icloud.com me.com mac.com
  proton.me protonmail.com pm.me tutanota.com tuta.io fastmail.com fastmail.fm hey.com zoho.com zohomail.com gmx.com
  gmx.de gmx.net gmx.at gmx.ch web.de freenet.de t-online.de arcor.de mail.com email.com usa.com mail.ru inbox.ru bk.ru
  list.ru yandex.ru yandex.com rambler.ru qq.com 163.com 126.com sina.com sohu.com naver.com daum.net hanmail.net
  rediffmail.com orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it virgilio.it tiscali.it alice.it tin.it
  bluewin.ch hispeed.ch seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl uol.com.br bol.com.br terra.com.br
  btinternet.com sky.com ntlworld.com virginmedia.com talktalk.net comcast.net verizon.net att.net sbcglobal.net
  bellsouth.net cox.net charter.net earthlink.net shaw.ca rogers.com sympatico.ca bigpond.com optusnet.com.au
  telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl telia.com online.no mailinator.com
`);

/** Hosts whose pages belong to their tenants, as far as the public suffix list does not say so itself. */
export const SHARED_HOSTS: ReadonlySet<string> = words(`
  facebook.com instagram.com linkedin.com twitter.com x.com youtube.com tiktok.com google.com wordpress.com wixsite.com
  wix.com weebly.com squarespace.com tumblr.com medium.com substack.com linktr.ee notion.site webflow.io godaddysites.com
  jimdosite.com jimdofree.com yolasite.com eventbrite.com etsy.com ebay.com amazon.com force.com sharepoint.com
`);

/** Local parts of addresses that many persons read. They stand for a company, not for a person. */
export const ROLE_NAMES: ReadonlySet<string> = words(`
  info sales contact office hello mail admin administrator support help helpdesk service billing accounts accounting
  invoices finance marketing press media jobs careers hr team webmaster postmaster hostmaster abuse security privacy
  legal noreply no-reply donotreply newsletter orders purchasing reception kontakt buchhaltung vertrieb
`);

/** Forms of a company's legal status; they tell nothing about which company it is. */
export const LEGAL_FORMS: ReadonlySet<string> = words(`
  inc incorporated llc ltd limited plc corp corporation co company gmbh mbh ag kg kgaa ohg ug ev se bv nv sa sas sarl srl
  sl slu spa sap snc ab as asa oy oyj aps pty pte lp llp lllp kk sro zrt kft doo eood ltda sadecv
`);

/** Words that make one company of a group out of its name: places and parts. */
export const BRANCH_WORDS: ReadonlySet<string> = words(`
  europe emea apac amer latam nordics benelux dach asia africa america americas pacific international global usa us uk
  eu germany deutschland france italia italy espana spain nederland netherlands austria switzerland schweiz suisse
  poland sweden norway denmark finland ireland india china japan korea singapore australia canada brasil brazil mexico
  north south east west northern southern eastern western regional holding holdings group
`);

/** Given names with the short forms people go by. */
export const NICKNAMES: readonly (readonly string[])[] = [
  "abigail abby gail",
  "alexander alex sandy sasha",
  "alexandra alex sandra sasha",
  "andrew andy drew",
  "anthony tony",
  "benjamin ben benny",
  "catherine katherine kate kathy katie cathy",
  "charles charlie chuck",
  "christopher chris kit",
  "christina chris tina",
  "daniel dan danny",
  "david dave",
  "deborah debbie deb",
  "edward ed eddie ted",
  "elizabeth liz beth lisa betty eliza",
  "frederick fred freddy",
  "gabriel gabe",
  "gregory greg",
  "isaac ike",
  "jacob jake",
  "james jim jimmy jamie",
  "jennifer jen jenny",
  "john johnny jack",
  "jonathan jon",
  "joseph joe joey",
  "joshua josh",
  "lawrence larry",
  "leonard leo len",
  "magdalena magda lena",
  "margaret maggie meg peggy greta",
  "martin marty",
  "matthew matt",
  "michael mike mick",
  "nicholas nick nico",
  "olga olya",
  "oscar ozzie",
  "patricia pat patty tricia",
  "patrick pat paddy",
  "peter pete",
  "philip phil",
  "rebecca becky",
  "richard rick dick rich",
  "robert rob bob bobby",
  "ronald ron",
  "samantha sam",
  "samuel sam",
  "stephen steven steve",
  "susan sue susie",
  "theodore theo ted",
  "thomas tom tommy",
  "timothy tim",
  "victoria vicky tori",
  "victor vic",
  "walter walt wally",
  "william will bill billy",
].map((line) => line.split(" "));
