/** A text of the desk: the file of that name, and what each name in it stands for. */
export interface Text {
  /** Of its file in each language, without the extension. */
  readonly name: string;
  /** What it is for. The reference in `docs/` is made from it. */
  readonly about: string;
  /** For a list also the names inside its section; `.` is the item itself. */
  /** Names that it may use and need not: our own texts do without, for those of a desk. */
  readonly offered?: readonly string[];
  readonly variables: Readonly<
    Record<string, string | { readonly about: string; readonly items: Readonly<Record<string, string>> }>
  >;
}

export const DESK_NAME = 'the desk’s name';
export const NUMBER = 'the ticket’s number';
export const TICKET_SUBJECT = 'the ticket’s subject';
export const FOLLOWS =
  'the number of the ticket whose matter this one takes up again, because it was closed long ago; else empty';
export const REPLY_ADDRESS = 'the ticket’s signed address; empty where the host has no such addresses';
export const OPEN_FOLDER = 'the folder of open tickets';
