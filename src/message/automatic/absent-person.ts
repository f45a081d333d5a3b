/** Whether whom an absence note's sentence speaks of is its own sender, as in what Notes writes. */

/** `my mother`, `our admin`, `Kim's assistant`: somebody else, whatever name follows or stands in front. */
const OF_ANOTHER =
  /^(?:my|our|your|his|her|their|the|meine?|unsere?|mon|notre|nos|mio|mia|nostr[oa]|nuestr[oa]|meu|minha|noss[oa]|mijn|onze|vår|vores|mój|moja|nasz|nasza|můj|moje|náš|naše) |['’]s(?: |$)/iu;
/** Gateways put a mark in front, and Notes the rest of a name in its directory behind: `[EXTERN] Jane Roe/ACME`. */
const AROUND_NAME = /^(?:\[[^\]]{1,40}\] ?){1,2}|\/.*$/gu;
const MIN_PART_OF_ADDRESS = 3;

/** By half the words, for a name may be longer or another in one of the two. `name` is From's display name, or ''. */
export function isAboutSender(
  whom: string,
  { name, address }: { readonly name: string; readonly address: string | null },
): boolean {
  const own = whom.replace(AROUND_NAME, '');
  if (OF_ANOTHER.test(own)) return false;
  const local = folded(address?.slice(0, address.lastIndexOf('@')) ?? '');
  const names = wordsOf(folded(name));
  const said = wordsOf(folded(own));
  const known = said.filter(
    (word) => names.includes(word) || (word.length >= MIN_PART_OF_ADDRESS && local.includes(word)),
  );
  return known.length > 0 && known.length * 2 >= said.length;
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Each once; initials say too little. */
function wordsOf(text: string): readonly string[] {
  return [...new Set(text.match(/[\p{L}\p{N}]{2,}/gu) ?? [])];
}
