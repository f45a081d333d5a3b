/**
 * How subjects of automatic mail begin, in the languages that mail servers and clients speak. A subject is never
 * enough: people write about bounces and absences, so the rules use these only together with another sign.
 * All are matched from the start, without case, after white space is collapsed.
 */
import { type Formula, Formulas } from './formulas.js';

/** Words that programs put in front, and people hardly ever. */
export const PROGRAM_REPLY_WORDS = listed(`
  autoreply: | auto-reply | autoreply | auto reply | auto response | auto-response | autoresponse | automatic reply |
  automatic response | automated reply | automated response | out of office | out-of-office |
  out of the office | ooo: | [ooo] | [auto-reply] | [auto reply] | [autoreply] | [automatic reply] | auto vacation |
  automatische antwort | automatische rückantwort | automatische empfangsbestätigung | automatische eingangsbestätigung |
  auto-antwort | abwesenheitsnotiz | automatisch antwoord | automatische beantwoording |
  autosvar | automatiskt svar | automatisk svar | automaattinen vastaus | sjálfvirkt svar | réponse automatique |
  réponse d'absence | reponse automatique | accusé de réception automatique | message automatique | risposta automatica |
  respuesta automática | respuesta automatica | resposta automática | resposta automatica | resposta automàtica |
  erantzun automatikoa | răspuns automat | raspuns automat | autoodpowiedź | [autoodpowiedź] | automatyczna odpowiedź |
  [automatyczna odpowiedź] | autoresponder | odpowiedź automatyczna |
  automatická odpověď | automatická odpoveď | samodejni odgovor | automatski odgovor | аутоматски одговор |
  автоматический ответ | автоответ | автоматична відповідь | автоматичен отговор | automātiska atbilde | automātiskā atbilde |
  automatinis atsakymas | automaatvastus | automaatne vastus | automatikus válasz | αυτόματη απάντηση | otomatik yanıt |
  otomatik cevap | תשובה אוטומטית | מענה אוטומטי | رد تلقائي | الرد التلقائي | پاسخ خودکار | स्वचालित उत्तर | 自动答复 | 自动回复 | 自動回覆 |
  自動回復 | 自動応答 | 自動返信 | 【自動応答】 | 【自動返信】 | 자동 응답 | 자동 회신 | 자동회신 | ตอบกลับอัตโนมัติ |
  trả lời tự động | balasan otomatis | balasan automatik | ateb awtomatig
`);

export const PROGRAM_REPLY_SUBJECT = startsWithOneOf(PROGRAM_REPLY_WORDS);

/** Absence, in words that people begin sentences and compounds with as well. */
export const ABSENCE_WORDS = listed(`
  auto: | vacation | away from | on vacation | on leave | on holiday | i am out of office |
  i am out of the office | i am out of my office | i am out of town | i am away | absence: | absence : |
  abwesenheit | abwesend | nicht im büro | außer haus | ausser haus | afwezig | niet aanwezig | frånvaro | fravær |
  ikke til stede | poissa | absence du bureau | absent du bureau | absent(e) | fuori sede | fuori ufficio |
  fuera de la oficina | fuera de oficina | fora do escritório | ausência | poza biurem | 不在 | 부재중
`);

/** The same for whole formulas only: parted from all that follows, they are what programs and rules are set to write. */
export const NOTE_WORDS = listed(`
  holiday auto-reply | vacation auto-reply | vacation reply | vacation response | vacation message |
  abwesend | abwesenheitsmeldung | abwesenheitsnachricht | abwesenheitsassistent | abwesenheitsbenachrichtigung |
  abwesenheitshinweis | abwesenheitsinfo | abwesenheitsagent | nicht im büro | außer haus | ausser haus |
  message d'absence | message d’absence | notification d'absence | notification d’absence | avis d'absence |
  avis d’absence | absence du bureau | absent du bureau | absente du bureau | hors du bureau | en dehors du bureau |
  fuera de la oficina | fuera de oficina | ausencia de la oficina | mensaje de ausencia | aviso de ausencia |
  fuori sede | fuori ufficio | messaggio di assenza | avviso di assenza | assente dall'ufficio | assente dall’ufficio |
  fora do escritório | ausência do escritório | ausente do escritório | mensagem de ausência | aviso de ausência |
  fora de l'oficina | fora de l’oficina |
  afwezig | afwezigheidsbericht | afwezigheidsmelding | afwezigheidsassistent | niet aanwezig | niet op kantoor |
  frånvaromeddelande | frånvarobesked | inte på kontoret | fraværsmelding | fraværsbesked | fraværsbeskjed |
  ikke på kontoret | ude af kontoret | ute av kontoret | poissaoloviesti | poissaoloilmoitus | poissa toimistosta |
  poza biurem | wiadomość o nieobecności | informacja o nieobecności | mimo kancelář | mimo kanceláriu |
  házon kívül | irodán kívül | în afara biroului | absent din birou | izven pisarne | izvan ureda |
  отсутствие на рабочем месте | отсутствую на рабочем месте | вне офиса | поза офісом |
  відсутність на робочому місці | извън офиса | ofis dışında | ofis dışındayım | işyeri dışında | İşyeri dışında | iş yeri dışında | İş yeri dışında |
  εκτός γραφείου | מחוץ למשרד | خارج المكتب | 不在通知 | 不在連絡 | 不在のお知らせ | 不在办公室 | 外出中 | 부재중 알림
`);

/** Words of people as well, parted from all that follows. */
export const AWAY_WORDS = listed(`
  away from office | away from the office | away from my office | away from my desk |
  nieobecność | nieobecny | nieobecna | nepřítomnost | neprítomnosť | assente | ausente | távollét
`);

/** Leave, which people write to those who file it too: only as a whole subject, and not in a ticket about it. */
export const LEAVE_WORDS = listed(`
  absence |  annual leave | on annual leave | sick leave | on sick leave | parental leave | on parental leave | maternity leave |
  on maternity leave | paternity leave | im urlaub | in urlaub | in elternzeit | im krankenstand | en vacances |
  en congé | en congés | congés annuels | de vacaciones | in ferie | em férias | de férias | op vakantie | met vakantie |
  på semester | på ferie | na urlopie | lomalla | na dovolené | szabadságon | в отпуске | у відпустці | izindeyim
`);

const ABSENCE_SUBJECT = startsWithOneOf(ABSENCE_WORDS);

/** Absence notes and other answers by a program: how the subject begins. */
export const AUTO_REPLY_SUBJECT = {
  in: (subject: string): Formula | null => PROGRAM_REPLY_SUBJECT.in(subject) ?? ABSENCE_SUBJECT.in(subject),
  test: (subject: string): boolean => AUTO_REPLY_SUBJECT.in(subject) !== null,
};

/** Mail that came back. */
export const BOUNCE_SUBJECT = startsWithOneOf(
  listed(`
  undeliver | undelivered mail | returned mail | mail returned | return receipt: undel | mail delivery |
  delivery status notification | delivery failure | delivery failed | delivery error | delivery problem |
  delivery report | delivery notification | delivery unsuccessful | failure notice | failed mail |
  failed delivery | failed to deliver | failure delivery | non-deliverable | non delivery | non-delivery |
  nondeliverable | nondelivery | not delivered | ndn: | ndr: | dsn: | message could not be delivered |
  message not delivered | message undeliverable | message delivery | unable to deliver | couldn't deliver |
  could not deliver | mail could not be delivered | mail failure | mail error | mail system error |
  mailer error | email error | mail not delivered | undeliverable | user unknown | unknown user |
  address unknown | invalid recipient | mailbox full | mailbox unavailable | quota exceeded | rejected: |
  rejected mail | blocked: | returned to sender | warning: could not send | warning: message |
  warning: mail | delayed mail | delayed: | delay: | delivery delayed | delivery delay | relayed: |
  delivered: | successful mail delivery | bounce | permanent delivery failure | unzustellbar |
  nicht zugestellt | nicht zustellbar | zustellung | übermittlung | e-mail nicht | rückläufer |
  onbestelbaar | niet bezorgd | non remis | non distribuable | échec de | echec de | non recapitabile |
  mancato recapito | messaggio non | no se puede entregar | no se ha podido entregar | no entregado |
  devuelto | correo devuelto | não é possível entregar | não entregue | falha na entrega | mensagem não |
  kan inte levereras | ej levererat | kan ikke leveres | ulevert | ikke levert | toimittamatta |
  ei voitu toimittaa | niedostarcz | nie można dostarczyć | zwrot | nedoručiteln | nelze doručit |
  kézbesíthetetlen | teslim edilemedi | не удается доставить | недоставлен | не доставлено |
  невозможно доставить | не може да | не вдалося | не вдається | μη παραδοτέο | 无法投递 | 未传递 | 未送达 | 退信 |
  系统退信 | 無法傳遞 | 無法投遞 | 配信不能 | 配信できません | 未配達 | 배달되지 | 전달되지 | 반송
`),
);

/** Of such mail, what says that it has arrived after all, or may still. */
export const NOT_FAILED_SUBJECT =
  /\b(?:delay(?:ed)?|still being retried|will (?:be )?retr(?:y|ied)|warning|relayed|successful(?:ly)?|success|delivery confirmation)\b|^delivered:|\(relay\)|verzögert|verzoegert|retardé|retard de|vertraagd|ritardat|retrasad|atrasad|försenad|forsinket|opóźnion|задерж|延迟|遅延|지연/i;

/** Answers to an invitation that a calendar writes. */
export const CALENDAR_REPLY_SUBJECT = startsWithOneOf(
  listed(`
  accepted: | declined: | tentative: | tentatively accepted: | new time proposed: | zugesagt: | abgesagt: |
  abgelehnt: | mit vorbehalt | vorläufig zugesagt | accepté | refusé | provisoire | accettato: |
  rifiutato: | provvisorio: | aceptada: | aceptado: | rechazada: | aceite: | aceito: | recusado: |
  geaccepteerd: | geweigerd: | godkänt: | avböjt: | accepteret: | afvist: | hyväksytty: | zaakceptowano: |
  odrzucono: | принято: | отклонено: | 已接受 | 已拒绝 | 承諾 | 辞退 | 수락
`),
);

/** Mail that waits until its sender has proven to be a person. */
export const CHALLENGE_SUBJECT =
  /\(action required\)|\b(?:verification (?:is )?required|requires? (?:verification|confirmation|your confirmation)|action required to deliver|confirm (?:your )?(?:e-?mail|message|delivery|that you)|please (?:confirm|verify) your|verify#|unconfirmed|awaiting (?:confirmation|approval))/i;

/** Words that speak of mail which did not arrive, anywhere in a subject: reason enough to ask the body, and no more. */
export const MENTIONS_DELIVERY =
  /undeliver|non-?deliver|not delivered|delivery (?:failure|error|status|warning|problem)|(?:deliver|during) deliver|returned mail|mail (?:error|failure|delivery|returned)|unzustellbar|nicht zugestellt|non remis|non distribu|mancato recapito|não entreg|no entreg|недостав|エラー|配信不能|退信|未送达|aws notification|not (?:a )?member|loop alert/i;

/** The words of a list that is parted by bars. */
function listed(list: string): readonly string[] {
  return list.split('|').map((words) => words.trim());
}

/** A list's own mark or asterisks may stand in front. */
function startsWithOneOf(words: readonly string[]): Formulas {
  return new Formulas({ words, before: /^(?:\*+ ?|\[[^\]]{1,40}\] ?)?/u });
}
