/**
 * Where the quoted mail below an answer begins. Only what stands at the end is cut, and only if words are left: the
 * whole text is always one click away, but a notice that shows nothing helps nobody.
 */

/** How far above a quotation its introduction may begin: clients wrap it over up to so many lines. */
const MAX_INTRODUCTION_LINES = 3;

/** `On Monday Jane wrote:` in many languages: such a line ends in a colon and has a date, an address or a verb. */
const INTRODUCTION =
  /(?:wrote|writes|schrieb|schreef|skrev|écrit|ha scritto|escribió|escreveu|napisał|пишет|написал|написав|kirjoitti|yazdı|a scris|írta|写道|寫道|\d{4}|@)[^:]*[:：]$/iu;
/** Lines after which all is the mail that was answered (Outlook and its like). */
const ORIGINAL_MESSAGE =
  /^(?:-{3,} ?(?:original message|ursprüngliche nachricht|original[- ]nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|исходное сообщение|原始邮件|forwarded message) ?-{3,}|_{20,})$/iu;
const FIELD_LINE = /^\*?(?:from|von|de|da|van|från|fra|od|от|发件人|寄件者|差出人) ?[:：]\*? ?\S/iu;
const NEXT_FIELD_LINE =
  /^\*?(?:sent|date|gesendet|datum|envoyé|enviado|inviato|verzonden|skickat|sendt|wysłano|отправлено|to|an|à|发送时间|送信日時) ?[:：]/iu;

/** The lines without the quoted mail at their end; all of them if nothing else would be left. */
export function withoutQuotes(lines: readonly string[]): string[] {
  const kept = trimEnd(cutQuotedEnd(trimEnd(cutOriginal(lines))));
  return kept.length > 0 ? kept : [...lines];
}

/** Cut at the first mark of an original message that has words above it. */
function cutOriginal(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line, index) => {
    if (ORIGINAL_MESSAGE.test(line.trim())) return true;
    return FIELD_LINE.test(line) && NEXT_FIELD_LINE.test(lines[index + 1] ?? '');
  });
  return at > 0 ? lines.slice(0, at) : lines;
}

function cutQuotedEnd(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && isQuotedOrEmpty(lines[end - 1] ?? '')) end -= 1;
  const isQuoted = lines.slice(end).some((line) => line.startsWith('>'));
  if (!isQuoted) return lines;
  for (let count = 1; count <= MAX_INTRODUCTION_LINES; count += 1) {
    const introduction = lines.slice(Math.max(end - count, 0), end);
    if (introduction.some((line) => line.trim() === '')) break;
    if (INTRODUCTION.test(introduction.join(' ').trim()) && startsIntroduction(lines[end - count - 1]))
      return lines.slice(0, Math.max(end - count, 0));
  }
  return lines.slice(0, end);
}

/** An introduction stands by itself: at the top, or below an empty line. */
function startsIntroduction(above: string | undefined): boolean {
  return above === undefined || above.trim() === '';
}

function isQuotedOrEmpty(line: string): boolean {
  return line.startsWith('>') || line.trim() === '';
}

function trimEnd(lines: readonly string[]): string[] {
  let end = lines.length;
  while (end > 0 && (lines[end - 1] ?? '').trim() === '') end -= 1;
  return lines.slice(0, end);
}
