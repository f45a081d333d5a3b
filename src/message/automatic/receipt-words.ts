/** How programs say that people's mail has come in: Zendesk, Freshdesk, RT, osTicket, Zammad, ServiceNow and others. */

const RECEIVED = 'received|registered|created|opened|logged';
const TICKET = '(?:request|ticket|case|inquiry|enquiry|incident)';

/** By language. Each begins a subject, behind marks in brackets; people who solved a matter use other verbs. */
const OPENINGS = [
  `(?:an? )?(?:new |support )*${TICKET}\\S{0,40}(?: \\S{1,40})? (?:(?:has been|was) )?(?:${RECEIVED})(?! by)`,
  `(?:your|the) (?:[^\\s:]{1,30} ){1,4}(?:has been|was|is) (?:${RECEIVED})`,
  '\\S{1,30} (?:has been |was )?opened on your behalf',
  "we(?:'ve|’ve| have)? (?:received|got) your",
  'thank(?:s| you) for (?:contacting|your (?:message|e-?mail|request|inquiry|enquiry))',
  'acknowledge?ment|receipt of your|confirmation of receipt',
  'eingangsbestätigung|empfangsbestätigung',
  '(?:anfrage|ticket|vorgang|fall)(?: \\S{1,40})? (?:erhalten|eingegangen|erstellt|eröffnet|angelegt|registriert)',
  '(?:ihre?|deine?) (?:anfrage|nachricht|e-?mail|meldung|ticket|anliegen)(?: \\S{1,40})? (?:ist (?:bei uns )?eingegangen|wurde (?:empfangen|registriert|erstellt|angelegt|eröffnet))',
  'wir haben (?:ihre|deine) (?:anfrage|nachricht|e-?mail) (?:erhalten|empfangen)',
  'vielen dank für (?:ihre|deine) (?:anfrage|nachricht|e-?mail)',
  'accusé de réception|demande (?:reçue|enregistrée)|ticket (?:créé|ouvert)|nous avons (?:bien )?reçu votre',
  'votre (?:demande|message|ticket)(?: \\S{1,40})? a (?:bien )?été (?:reçue?|enregistrée?|créée?)',
  'acuse de recibo|(?:hemos )?recibido (?:su|tu)|solicitud recibida|(?:su|tu) solicitud(?: \\S{1,40})? ha sido (?:recibida|registrada|creada)',
  'conferma di (?:ricezione|ricevimento)|richiesta ricevuta|abbiamo ricevuto|la (?:tua|sua) richiesta(?: \\S{1,40})? è stata (?:ricevuta|registrata)',
  'confirmação de (?:receb|recep)|(?:pedido|solicitação) (?:recebid[oa])|recebemos (?:o seu|a sua|sua|seu)|(?:a )?sua solicitação(?: \\S{1,40})? foi (?:recebida|registrada)',
  'ontvangstbevestiging|(?:aanvraag|verzoek) ontvangen|(?:wij|we) hebben (?:uw|je) (?:aanvraag|bericht|vraag) (?:goed )?ontvangen|(?:uw|je) (?:aanvraag|bericht|vraag|verzoek)(?: \\S{1,40})? is (?:goed )?ontvangen',
  'mottagningsbekräftelse|begäran mottagen|ärende (?:mottaget|skapat)|ditt ärende(?: \\S{1,40})? har (?:mottagits|registrerats|skapats)',
  'kvittering|anmodning modtaget|forespørsel mottatt|din henvendelse(?: \\S{1,40})? er (?:modtaget|mottatt)',
  'pyyntö vastaanotettu|talep(?:iniz)? alındı',
  'potwierdzenie (?:otrzymania|przyjęcia|zgłoszenia)|(?:otrzymano|przyjęto) zgłoszenie|(?:twoje |państwa )?zgłoszenie(?: \\S{1,40})? zostało (?:przyjęte|zarejestrowane|utworzone)',
  '(?:váš )?požadavek(?: \\S{1,40})? byl (?:přijat|zaregistrován|vytvořen)',
  'подтверждение (?:получения|регистрации)|(?:ваш )?запрос (?:получен|принят)',
  'リクエストを受信|お問い合わせを受け付け|(?:已)?收到(?:您的)?请求|요청 접수',
];

const RECEIPT = new RegExp(`^(?:\\[[^\\]]{1,40}\\] ?){0,5}\\[?(?:${OPENINGS.join('|')})`, 'iu');
const CLOSING_RECEIPT = new RegExp(
  `(?: [-–—|] ?| ?[:：] ?| ?[([])(?:request|ticket|case|inquiry|enquiry) (?:${RECEIVED})[)\\]]?$`,
  'iu',
);

/** What programs answer by which people's mail has come in; only where it is known otherwise that a program sent it. */
export function isReceiptSubject(text: string): boolean {
  return RECEIPT.test(text) || CLOSING_RECEIPT.test(text);
}
