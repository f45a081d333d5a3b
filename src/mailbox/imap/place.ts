/** In which folder a piece of work is done. */
export interface Place {
  readonly folder: string;
  /** Only these are worked on, and nothing depends on what others have done to them: what is gone is no error. */
  readonly uids?: readonly number[];
  /** It changes nothing: what is read next in the same turn of the event loop is part of the same look. */
  readonly reads?: boolean;
  /** It looks for what has arrived. */
  readonly looks?: boolean;
}
