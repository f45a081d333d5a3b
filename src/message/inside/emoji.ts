/** Emoji as UTS #51 recommends them for interchange. By a constructor, as the compiler's target knows no flag `v`. */
export const EMOJI_SOURCE = '\\p{RGI_Emoji}\\ufe0f?';

const ONE_EMOJI = new RegExp(`^${EMOJI_SOURCE}$`, 'v');

/** Exactly one, whatever it is made of; the mark that asks for its coloured form may be missing. */
export function isEmoji(text: string): boolean {
  return ONE_EMOJI.test(text) || ONE_EMOJI.test(`${text}\ufe0f`);
}
