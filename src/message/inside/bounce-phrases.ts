/**
 * What bounces say in their text, in the words of mail servers and in the languages that they speak. All are matched
 * without case in a text whose white space is collapsed. They count only in mail that looks like a bounce already.
 */

/** Mail that is late and still under way. */
export const DELAYED_TEXT = new RegExp(
  [
    'this is a warning message only|you do not need to resend|do not need to (?:re-?send|send) your message',
    'no action is required on your part|still being (?:tried|retried)|will be (?:re-?tried|retried)',
    '(?:will|shall|going to) (?:continue|keep|go on)(?: to)? (?:try|trying|attempt|deliver)|keep trying (?:to|for|until)',
    'delivery (?:attempts )?(?:to the following recipients? )?(?:has been|is|was|have been) (?:delayed|postponed)|delivery is delayed',
    '(?:has|have) not (?:yet )?been delivered (?:yet|after|for)|could not be delivered for the (?:last|past)',
    'attempts (?:to deliver the message )?will continue|will continue to be made|has been postponed due to',
    'message is (?:still )?in (?:the )?queue|not yet been able to deliver|temporarily deferred|delivery incomplete',
    'wird weiter versucht|zustellung (?:wurde )?verzögert|noch nicht zugestellt|livraison (?:a été )?retardée|sera retentée?',
    'se seguirá intentando|entrega (?:se ha )?retrasad|continuerà a (?:provare|tentare)|blijven proberen|vertraagd',
    'будут продолжены|задерж|将继续尝试|继续尝试|再送を試み|引き続き',
  ].join('|'),
  'i',
);

/** An end to all trying: such a text speaks of a failure, whatever it says of the days before. */
export const GIVEN_UP_TEXT = new RegExp(
  [
    'given up|giving up|gave up|will not be re-?tried|no further (?:delivery )?attempts|permanent(?:ly)? (?:error|fatal|fail)',
    'failed permanently|permanent delivery failure|retry time(?:out)? (?:not reached|exceeded)|retry timeout exceeded|delivery failed \\d+ attempts',
    'maximum (?:number of )?(?:delivery )?attempts|delivery attempts exceeded|could not be delivered for too long|too old|queue too long|expired',
  ].join('|'),
  'i',
);

/** Mail that has arrived, or was handed on to where nobody will tell more. */
export const DELIVERED_TEXT = new RegExp(
  [
    'successfully (?:delivered|relayed|received)|(?:was|been) successfully (?:delivered|relayed)',
    'your message (?:was|has been) (?:delivered|relayed) to the following|delivery (?:was )?success',
    'relayed to the following recipients?|delivered to mailbox|successful mail delivery report|"notificationtype\\\\?":\\\\?"delivery',
    'erfolgreich zugestellt|remis avec succès|entregado (?:correctamente|con éxito)|consegnato correttamente|успешно доставлен',
  ].join('|'),
  'i',
);

/** Mail that did not arrive. */
export const FAILED_TEXT = new RegExp(
  [
    "(?:can ?not|could ?n[o']t|could not|unable to|failed to|not able to|did not|was not|were not|not) (?:be )?(?:deliver(?:ed)?|reach(?:ed)?|send|sent)\\b",
    "wasn't able to deliver|wasn't delivered|isn't able to deliver|not possible to deliver|undeliver(?:able|ed)|non-?deliver",
    'delivery (?:status notification|(?:to|of|for) .{0,200}?)?(?:has )?(?:failed|failure)|failed delivery|delivery (?:error|problem)',
    'delivery to .{0,150}failed|failed recipient|transcript of session|returned mail|returning (?:your )?message|message (?:was )?(?:rejected|refused|bounced|blocked)',
    '(?:user|mailbox|recipient|account|address|domain|host)s? (?:is |was |has been |are )?(?:unknown|unavailable|not found|disabled|inactive|rejected|does not exist|doesn.t exist|full|not exist|invalid|no longer)',
    '(?:unknown|invalid|no such|bad|inactive|disabled) (?:local )?(?:user|mailbox|recipient|account|address|domain|host|destination)|no mailbox|not a valid (?:user|mailbox|recipient)',
    '(?:quota|storage) (?:has been )?exceeded|over ?quota|mailbox (?:is )?full|full mailbox|mail ?box space|exceeds? (?:the )?(?:maximum|size|quota|allowed)',
    'relaying denied|access denied|permission denied|address rejected|rejected by|does not like recipient|not a member|had errors|fatal errors',
    'errors? (?:occurred|sending|while)|unrouteable|mail loop|too many hops|hop count|duplicated message-id|virus (?:found|detected)|"notificationtype\\\\?":\\\\?"bounce',
    'nicht zugestellt|nicht zustellbar|unzustellbar|konnte nicht|fehlgeschlagen|existiert nicht|postfach (?:ist )?voll|unbekannter? empfänger',
    'n.a pas pu [eê]tre|non remis|impossible de (?:remettre|livrer|distribuer)|n.existe pas|échec de|bo[iî]te .{0,20}pleine',
    'no (?:se )?ha(?:n)? (?:podido|sido) (?:ser )?entreg|no se pudo entregar|no se puede entregar|no existe|buzón .{0,20}llen|no entregado',
    'não (?:pôde|foi possível|pode) (?:ser )?entreg|não existe|caixa (?:postal )?.{0,20}cheia|falha na entrega',
    'non (?:è stato possibile|può essere|recapita|consegnat)|inesistente|casella .{0,20}piena|mancato recapito',
    'niet (?:worden )?(?:bezorgd|afgeleverd)|onbestelbaar|bestaat niet|kunde inte levereras|kunne ikke leveres|ei voitu toimittaa',
    'nie (?:została|można|mogła) .{0,30}dostarcz|nie istnieje|niedostarcz|nelze doručit|nebyla doručena|neexistuje|kézbesíthetetlen',
    'не (?:было |может быть |удалось |удается )?достав|не существует|недоставлен|переполнен|δεν παραδόθηκε|teslim edilem|לא ניתן למסור|تعذر تسليم',
    '无法(?:投递|送达|传递)|投递失败|退信|被退回|不存在|邮箱已满|無法(?:投遞|傳遞)|送信できませんでした|配信できません|届けられません|存在しません|전송(?:하지 못|되지 않)|배달되지|반송',
  ].join('|'),
  'i',
);

/** A person introduces what they forward; a server greets nobody (but qmail, which names itself at once). */
export const GREETING =
  /^(?:hi|hello|hey|dear|good (?:morning|afternoon|day|evening)|hallo|guten|bonjour|hola|ciao|olá|привет|здравствуйте|i |we |my |can you|could you|please )(?!.{0,20}qmail)/i;

export const FORWARD_MARK =
  /forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato|begin forwarded/i;

/** `On Monday Jane wrote:`, and the quotation below it. */
export const QUOTED_ANSWER =
  /(?:wrote|writes|schrieb|écrit|escribió|scritto|escreveu|написал|пишет):\s*\n+\s*>/i;
