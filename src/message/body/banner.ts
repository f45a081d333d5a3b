/**
 * What a company's gateway puts above mail from outside. Source: Exchange's own tip, and the banners of company gateways
 * in public mail.
 */

/** All of it in one line. */
const BANNER =
  /aka\.ms\/LearnAboutSenderIdentification|^[\W_]*(?:caution|warning|external|achtung|vorsicht|attention|avertissement)\b.*(?:extern|outside|außerhalb|extérieur)|^[\W_]*extern(?:al|e|er)?(?: (?:e-?mail|message|sender|mail|nachricht|absender))?[\W_]*(?:$|[\]:!–—-])/iu;

/** How it begins, often over several lines: people begin so as well, and only what stands below tells. */
const BEGINNING =
  /^[[*! ]{0,4}(?:caution|warning|external|attention|achtung|vorsicht|extern|avertissement|externe|atención|precaución|attenzione|let op|you don['’]t often get e-?mail from)(?!\p{L})/iu;

export function beginsBanner(line: string): boolean {
  return BEGINNING.test(line);
}

/** Whether a line, or a text of one line, is such a banner. */
export function isBanner(line: string): boolean {
  return !line.includes('\n') && BANNER.test(line);
}
