/** The texts that a desk sends or keeps, and what each may say: the names that a template can use. */

/** What each text is rendered with. Values are plain text, cleaned of control characters by the caller. */
export interface TemplateVariables {
  readonly acknowledgement: {
    readonly deskName: string;
    readonly number: number;
    readonly subject: string;
    readonly replyAddress: string | null;
    readonly doneAddress: string | null;
    /** The closed ticket that this one takes up again, or null. */
    readonly follows: number | null;
  };
  readonly 'filing-note': { readonly deskName: string; readonly number: number; readonly reason: string };
  readonly notice: {
    readonly deskName: string;
    readonly number: number;
    /** '' if the message has no text. */
    readonly excerpt: string;
    /** null if the excerpt is the whole text. */
    readonly left: string | null;
    readonly attachments: readonly {
      readonly fileName: string;
      readonly type: string;
      readonly size: string;
    }[];
    /** null if a reply goes to nobody outside. */
    readonly replyGoesTo: string | null;
    readonly colleaguesAddress: string | null;
    readonly doneAddress: string | null;
    readonly newcomer: boolean;
    readonly closeRefused: boolean;
    readonly automatic: boolean;
    readonly notJoined: readonly string[];
    readonly follows: number | null;
    readonly openedFor: string | null;
    readonly openedBy: string | null;
    readonly redirected: boolean;
    readonly forwarded: boolean;
    readonly namedInSubject: boolean;
    readonly namedAsRecipient: boolean;
    readonly namedInReplyTo: boolean;
  };
  readonly 'error-report': {
    readonly deskName: string;
    readonly deskAddress: string;
    readonly number: number;
  };
  readonly 'confirmation-closed': {
    readonly deskName: string;
    readonly number: number;
    readonly subject: string;
    readonly replyAddress: string | null;
  };
  readonly 'adoption-summary': {
    readonly deskName: string;
    readonly messages: number;
    readonly listed: readonly { readonly subject: string; readonly from: string }[];
    /** How many messages the list leaves out; null for none. */
    readonly more: number | null;
  };
  readonly 'copied-summary': {
    readonly deskName: string;
    readonly messages: number;
    readonly listed: readonly { readonly subject: string; readonly from: string }[];
    /** How many messages the list leaves out; null for none. */
    readonly more: number | null;
  };
  readonly 'not-delivered': {
    readonly deskName: string;
    readonly number: number;
    readonly to: string;
    readonly reason: string;
    readonly folder: string;
    readonly outboxFolder: string;
  };
  readonly 'review-summary': {
    readonly deskName: string;
    readonly folder: string;
    /** null if there is none. */
    readonly count: number | null;
    readonly silent: number | null;
    readonly spam: number | null;
    readonly listed: readonly { readonly subject: string; readonly from: string }[];
    readonly more: number | null;
  };
  readonly absence: {
    readonly deskName: string;
    readonly openFolder: string;
    readonly count: number;
    readonly tickets: readonly { readonly number: number; readonly subject: string }[];
    /** How many tickets the list leaves out; null for none. */
    readonly more: number | null;
  };
  readonly digest: { readonly deskName: string; readonly openFolder: string; readonly minutes: number };
  readonly 'not-relayed': {
    readonly deskName: string;
    readonly number: number;
    readonly subject: string;
    readonly reason: string;
  };
  readonly 'review-notice': {
    readonly deskName: string;
    readonly from: string;
    readonly subject: string;
    readonly reason: string;
    readonly folder: string;
    readonly openFolder: string | null;
  };
}

export type TemplateName = keyof TemplateVariables;

interface ListVariable {
  readonly about: string;
  /** The names inside the list's section; `.` is the item itself. */
  readonly items: Readonly<Record<string, string>>;
}

type Catalogue = {
  readonly [Name in TemplateName]: {
    readonly about: string;
    readonly variables: {
      readonly [Key in keyof TemplateVariables[Name]]: TemplateVariables[Name][Key] extends readonly unknown[]
        ? ListVariable
        : string;
    };
  };
};

const DESK_NAME = 'the desk’s name';
const NUMBER = 'the ticket’s number';
const FOLLOWS =
  'the number of the ticket whose matter this one takes up again, because it was closed long ago; else empty';
const REPLY_ADDRESS = 'the ticket’s signed address; empty where the host has no such addresses';

/** What each text is for and what each name in it stands for; the reference in `docs/` is made from it. */
export const TEMPLATE_CATALOGUE: Catalogue = {
  acknowledgement: {
    about: 'Goes to the person who opened a ticket.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      subject: 'the subject of the message',
      replyAddress: REPLY_ADDRESS,
      doneAddress: 'the address that closes the ticket; empty where the host has no such addresses',
      follows: FOLLOWS,
    },
  },
  'filing-note': {
    about: 'Is kept in a ticket whose opening message may not be answered, in place of an acknowledgement.',
    variables: { deskName: DESK_NAME, number: NUMBER, reason: 'why nothing was sent, as a sentence' },
  },
  notice: {
    about: 'Goes to staff for each message that joins a ticket.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      excerpt: 'the words of the message, without what it quotes of earlier mail; empty if it has no text',
      left: 'how many lines that leaves out, and where the whole message is; empty if none',
      attachments: {
        about: 'the attachments',
        items: {
          fileName: 'name of the file',
          type: 'its type, such as application/pdf',
          size: 'its size, such as 12 KB',
        },
      },
      replyGoesTo: 'who gets the reply to this notice; empty if nobody outside does',
      doneAddress: 'the address that closes the ticket; empty if there is none',
      colleaguesAddress: 'the address for notes to colleagues; empty if there is none',
      newcomer: 'true if the sender is new to the ticket',
      closeRefused: 'true if the message asks for a close that its sender may not ask for',
      automatic: 'true if a machine wrote the message',
      notJoined: { about: 'people in To or Cc who did not join the ticket', items: { '.': 'the address' } },
      follows: FOLLOWS,
      openedFor: 'the requester, where staff opened the ticket for somebody else; else empty',
      openedBy: 'the name of the staff member who did so; empty if it is not known',
      redirected: 'true if the requester is the sender of a mail that staff redirected',
      forwarded: 'true if the requester is the sender of a mail that is attached',
      namedInSubject: 'true if the requester stands in [for …] in the subject',
      namedAsRecipient: 'true if the requester is the one outsider in To and Cc',
      namedInReplyTo:
        'true if the requester is the one outsider in Reply-To of mail from the desk’s own account',
    },
  },
  'error-report': {
    about: 'Goes to the sender of a message for a number that does not exist.',
    variables: {
      deskName: DESK_NAME,
      deskAddress: 'the desk’s address',
      number: 'the number as it was written',
    },
  },
  'confirmation-closed': {
    about: 'Goes to the requester when a ticket was closed.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      subject: 'the ticket’s subject',
      replyAddress: REPLY_ADDRESS,
    },
  },
  'adoption-summary': {
    about: 'Goes to staff once, when the desk has taken on mail from before its time.',
    variables: {
      deskName: DESK_NAME,
      messages: 'how many messages were taken on',
      listed: {
        about: 'the messages',
        items: { subject: 'the subject', from: 'the sender as the message shows it' },
      },
      more: 'how many messages the list leaves out; empty if none',
    },
  },
  'copied-summary': {
    about:
      'Goes to staff when the mailbox was copied without dates, and mail from before the desk was filed.',
    variables: {
      deskName: DESK_NAME,
      messages: 'how many messages were filed',
      listed: {
        about: 'the messages',
        items: { subject: 'the subject', from: 'the sender as the message shows it' },
      },
      more: 'how many messages the list leaves out; empty if none',
    },
  },
  'not-delivered': {
    about: 'Goes to staff when the mail server has refused mail to somebody outside for good.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      to: 'whom it did not reach',
      reason: 'why, as a sentence',
      folder: 'the review folder, where the copy lies',
      outboxFolder: 'the outbox; what is moved back there is sent once more',
    },
  },
  'review-summary': {
    about:
      'Goes to staff at most once an hour, for automatic mail that went to review; at most once a day, for what was filed with tickets without a notice.',
    variables: {
      deskName: DESK_NAME,
      folder: 'the review folder',
      count: 'how many messages went to review; empty for none',
      silent: 'how many were filed with their tickets and told to nobody; empty for none',
      spam: 'how many more were marked as spam; empty for none',
      listed: {
        about: 'the messages',
        items: { subject: 'its subject', from: 'the sender as the message shows it' },
      },
      more: 'how many messages the list leaves out; empty for none',
    },
  },
  absence: {
    about:
      'Goes to staff once, when the mail of many tickets has gone from the folder of open tickets at once.',
    variables: {
      deskName: DESK_NAME,
      openFolder: 'the folder of open tickets',
      count: 'how many tickets',
      tickets: { about: 'the tickets', items: { number: 'the number', subject: 'the subject' } },
      more: 'how many tickets the list leaves out; empty for none',
    },
  },
  digest: {
    about: 'Goes to a staff member in place of notices, when there are too many.',
    variables: {
      deskName: DESK_NAME,
      openFolder: 'the folder of open tickets',
      minutes: 'the length of the limit’s span, in minutes',
    },
  },
  'not-relayed': {
    about: 'Goes to a member of staff whose reply was not passed on.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      subject: 'the ticket’s subject',
      reason: 'why, and what to do, as sentences',
    },
  },
  'review-notice': {
    about: 'Goes to staff when a person’s message went to review.',
    variables: {
      deskName: DESK_NAME,
      from: 'the sender as the message shows it',
      subject: 'the subject of the message',
      reason: 'why it is there, as a sentence',
      folder: 'the review folder',
      openFolder: 'the folder that makes a ticket of what is moved there; empty if none does',
    },
  },
};
