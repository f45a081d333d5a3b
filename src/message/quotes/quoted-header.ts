/**
 * The few header fields that Outlook and others put above the mail that they answer or pass on, without a mark on any
 * line: `From: … Sent: … To: … Subject: …`, as a rule below a line that says "Original Message" or is a rule.
 */
import type { KnownPeople } from './known-people.js';

export interface QuotedHeader {
  /** The line below its last one. */
  readonly end: number;
  /** It says that the mail below is from somebody whom the ticket knows. */
  readonly known: boolean;
}

type Kind = 'from' | 'date' | 'to' | 'copy' | 'subject';

/** Field names as clients write them, of many languages, without what parts their words. */
const NAMES: readonly (readonly [Kind, string])[] = [
  [
    'from',
    'from von de da van från fra od от від από מאת من 发件人 寄件者 差出人 送信者 보낸사람 lähettäjä kimden gönderen feladó dela expéditeur absender remitente mittente afzender від šalje prejel odosielateľ từ dari saatja nuo no pošiljatelj изпраща',
  ],
  [
    'date',
    'sent date gesendet gesendetam datum envoyé envoyéle enviado enviadoel enviada enviadaem enviadoem fecha data inviato verzonden verzondenop skickat sendt dato wysłano wysłane lähetetty päivämäärä pvm gönderildi gönderilmetarihi tarih küldve elküldve dátum отправлено дата надіслано изпратено στάλθηκε εστάλη ημερομηνία נשלח תאריך تمالإرسال التاريخ أرسلت المرسلة 发送时间 日期 寄件日期 送信日時 日時 日付 보낸날짜 날짜 odesláno odoslané poslano trimis đãgửi ngày dikirim tanggal saatmisaeg saadetud išsiųsta nosūtīts',
  ],
  [
    'to',
    'to an à a pour aan para destinataire empfänger till til do komu vastaanottaja kime alıcı címzett кому получатель προς אל إلى 收件人 收件者 宛先 받는사람 către za до tới đến kepada adressaat saaja kam prima',
  ],
  [
    'copy',
    'cc bcc kopie kopi copie copia copy másolatotkap копия копія κοιν עותק نسخة 抄送 副本 참조 dw kopia kopio bilgi replyto antwortan',
  ],
  [
    'subject',
    'subject betreff objet sujet asunto assunto oggetto onderwerp ämne emne temat aihe konu tárgy тема относно θέμα נושא الموضوع 主题 主題 主旨 件名 제목 předmět predmet subiect zadeva chủđề subjek perihal teema tema temats tēma',
  ],
];
const KIND_BY_NAME: ReadonlyMap<string, Kind> = new Map(
  NAMES.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const)),
);

const FIELD = /^[\s*]{0,6}([\p{L}\p{M}][\p{L}\p{M}' .-]{0,24})[*\s]{0,4}[:：](.*)$/u;
/** "Original Message" between dashes, in whatever language. */
const MARK = /^(?:-{2,}|—+|={3,}) ?(\p{L}[^<>@]{2,60}?) ?(?:-{2,}|—+|={3,})$/u;
/** What such a line says: only then it needs no fields below it. */
const MESSAGE =
  /message|nachricht|mensaje|messaggio|bericht|mensagem|missatge|meddelande|melding|besked|viesti|wiadomoś|zpráva|správa|poruka|sporočilo|ileti|mesaj|üzenet|сообщени|повідомлен|съобщение|μήνυμα|הודעה|رسالة|邮件|郵件|メッセージ|메시지|메일/iu;
const RULE = /^[-_—=]{5,}$/u;
const MIN_FIELDS = 3;
/** The block ends after this many fields: each line may begin one, and all of them together must be read in linear work. */
const MAX_FIELDS = 20;
const MAX_FIELD_CHARACTERS = 2_000;
/** Long lists of recipients wrap over no more lines. */
const MAX_WRAPPED_LINES = 3;
const MAX_BLANK_LINES = 2;

/** The block that begins with a line: its own first field, or a mark or rule above it. */
export function quotedHeaderAt(
  lines: readonly string[],
  at: number,
  people: KnownPeople,
): QuotedHeader | null {
  const line = trimmed(lines[at]);
  const said = MARK.exec(line)?.[1];
  if (said === undefined && !RULE.test(line)) return fieldsAt(lines, at, people);
  let below = at + 1;
  while (below <= at + MAX_BLANK_LINES && trimmed(lines[below]) === '') below += 1;
  return fieldsAt(lines, below, people) ?? (MESSAGE.test(said ?? '') ? { end: at + 1, known: false } : null);
}

function fieldsAt(lines: readonly string[], at: number, people: KnownPeople): QuotedHeader | null {
  const kinds = new Set<Kind>();
  let known = false;
  let end = at;
  let next: number | null = at;
  for (let count = 0; next !== null && count < MAX_FIELDS; count += 1) {
    const { kind, value } = fieldOf(lines[next]) ?? {};
    if (kind === undefined || (kind === 'from' && kinds.has('from'))) break;
    kinds.add(kind);
    if (kind === 'from') known = people(value ?? '') === 'known';
    end = next + 1;
    next = nextField(lines, next);
  }
  return kinds.has('from') && kinds.size >= MIN_FIELDS ? { end, known } : null;
}

/** The field that names the sender, with which Outlook's begin. */
export function isQuotedSender(line: string): boolean {
  const { kind, value = '' } = fieldOf(line) ?? {};
  return kind === 'from' && /[^\s*]/.test(value);
}

/** The next field below one; past what is left of its value, or past one empty line. */
function nextField(lines: readonly string[], at: number): number | null {
  for (let next = at + 1; next <= at + 1 + MAX_WRAPPED_LINES; next += 1) {
    if (fieldOf(lines[next]) !== null) return next;
    if (trimmed(lines[next]) === '') return fieldOf(lines[next + 1]) === null ? null : next + 1;
    if (!isWrapped(lines[next], fieldOf(lines[at])?.kind)) return null;
  }
  return null;
}

/** What is left of a list of people has the signs of one, of a subject anything; a date or sender is one line. */
function isWrapped(line: string | undefined, kind: Kind | undefined): boolean {
  return kind === 'subject' || (line !== undefined && /^\s|[@;,<>]/.test(line));
}

function fieldOf(line: string | undefined): { readonly kind: Kind; readonly value: string } | null {
  if (line === undefined || line.length > MAX_FIELD_CHARACTERS) return null;
  const [, name = '', value = ''] = FIELD.exec(line) ?? [];
  const kind = KIND_BY_NAME.get(
    name
      .normalize('NFC')
      .toLowerCase()
      .replaceAll(/[\s.'-]/g, ''),
  );
  return kind === undefined ? null : { kind, value };
}

function trimmed(line: string | undefined): string {
  return line === undefined || line.length > MAX_FIELD_CHARACTERS ? '' : line.trim();
}
