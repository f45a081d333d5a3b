/** Emoji as UTS #51 recommends them for interchange. By a constructor, as the compiler's target knows no flag `v`. */
export const EMOJI_SOURCE = '\\p{RGI_Emoji}\\ufe0f?';

/** Made when it is first needed, as all that holds `EMOJI_SOURCE`: to list all emoji takes milliseconds. */
let oneEmoji: RegExp | null = null;

/** Exactly one, whatever it is made of; the mark that asks for its coloured form may be missing. */
export function isEmoji(text: string): boolean {
  oneEmoji ??= new RegExp(`^${EMOJI_SOURCE}$`, 'v');
  return oneEmoji.test(text) || oneEmoji.test(`${text}\ufe0f`);
}
