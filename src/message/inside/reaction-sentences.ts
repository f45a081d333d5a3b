/**
 * The sentence of Outlook's reactions in the languages of Outlook. The English one is quoted in public reports (2023 to
 * 2026); the others are put together from the words that Outlook uses in those languages, verb and noun, and were not
 * seen. A sentence counts only where it is all that a mail says.
 */
import { EMOJI_SOURCE, isEmoji } from './emoji.js';

const MAX_LINE_CHARACTERS = 200;

const SENTENCES = [
  'reacted to your (?:message|e-?mail)',
  'hat auf (?:Ihre|deine) (?:Nachricht|E-?Mail) reagiert',
  'a réagi à (?:votre|ton) (?:message|e-?mail|courriel)',
  '(?:reaccionó|ha reaccionado) a (?:su|tu) (?:mensaje|correo)',
  'ha (?:reagito|aggiunto una reazione) al (?:tuo|suo) messaggio',
  'ha reaccionat al (?:vostre|teu|seu) missatge',
  'reagiu à (?:sua|tua) mensagem',
  'heeft (?:gereageerd op (?:uw|je|jouw) bericht|op (?:uw|je|jouw) bericht gereageerd)',
  '(?:reagerade|har reagerat) på (?:ditt meddelande|din e-post)',
  '(?:reagerede|har reageret) på din (?:meddelelse|besked|mail)',
  '(?:reagerte|har reagert) på (?:meldingen din|din melding)',
  'reagoi (?:viestiisi|viestiinne)',
  'zareagowała?(?:\\(a\\))? na (?:Twoją |Pani |Pana )?wiadomość',
  'zareagovala?(?:\\(a\\))? na (?:vaši|tvoji|vašu) (?:zprávu|správu)',
  'reagált (?:az )?(?:üzenetére|üzenetedre)',
  'a reacționat la mesajul (?:dvs\\.|dumneavoastră|tău)',
  '(?:iletinize|mesajınıza|iletine|mesajına) tepki verdi',
  'отреагировала?(?:\\(-?а\\))? на (?:ваше|твое|твоё) сообщение',
  'відреагува(?:в|ла)(?:\\(-?ла\\))? на (?:ваше|твоє) повідомлення',
  'реагира на (?:вашето|твоето) съобщение',
  'αντέδρασε στο μήνυμά (?:σας|σου)',
  'הגיבה? להודעה שלך',
  'تفاعلت? مع رسالتك',
  'さんが(?:あなたの)?メッセージに(?:リアクション|反応)しました',
  '(?:对|對)(?:你|您)的(?:邮件|郵件|消息|訊息)(?:作出|做出)了?(?:反应|反應|回应|回應)',
  '님이 (?:내|귀하의|회원님의) 메시지에 반응(?:했습니다|을 남겼습니다)',
];

const ANY_SENTENCE = new RegExp(SENTENCES.join('|'), 'iv');
/** With what stands around it; made when it is first needed. */
let wholeLine: RegExp | null = null;

function madeWholeLine(): RegExp {
  const sign = `(${EMOJI_SOURCE}|\\[[^\\]]{0,100}\\])`;
  return new RegExp(
    `^(?:${sign}\\s*)?[^\\n:：]{1,100}?(?:${SENTENCES.join('|')})\\s*([:：.。]?)\\s*${sign}?$`,
    'iv',
  );
}

interface ReactionSentence {
  /** Where one stands beside it. */
  readonly emoji: string | null;
  /** A colon or a picture is with it. Else people write so: `Sorry that I have not reacted to your message.` */
  readonly isSure: boolean;
}

/** null where the line is no such sentence. */
export function reactionSentence(line: string): ReactionSentence | null {
  if (line.length > MAX_LINE_CHARACTERS || !ANY_SENTENCE.test(line)) return null;
  wholeLine ??= madeWholeLine();
  const found = wholeLine.exec(line);
  if (found === null) return null;
  const [, before, end = '', behind] = found;
  const beside = [before, behind].find((one) => one !== undefined && isEmoji(one));
  return { emoji: beside ?? null, isSure: (before ?? behind) !== undefined || /[:：]/.test(end) };
}
