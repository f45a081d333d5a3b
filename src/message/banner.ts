/**
 * The line that a company's gateway puts above mail from outside. Source: Exchange's own tip, and the banners of company
 * gateways in public mail.
 */
const BANNER =
  /aka\.ms\/LearnAboutSenderIdentification|^[\W_]*(?:caution|warning|external|achtung|vorsicht|attention|avertissement)\b.*(?:extern|outside|außerhalb|extérieur)|^[\W_]*extern(?:al|e|er)?(?: (?:e-?mail|message|sender|mail|nachricht|absender))?[\W_]*(?:$|[\]:!–—-])/iu;

/** Whether a line, or a text of one line, is such a banner. */
export function isBanner(line: string): boolean {
  return !line.includes('\n') && BANNER.test(line);
}
