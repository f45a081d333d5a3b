/** Where a field of a desk is, for messages: `desks[0].imap.password`, or `desks.d/a.json: imap.password`. */

/** What a desk's own file is named by; a field follows. */
export function placeInFile(file: string, index: number | null): string {
  return index === null ? `${file}: ` : `${file}: [${index}]`;
}

export function fieldAt(path: string, field: string): string {
  return path.endsWith(' ') ? `${path}${field}` : `${path}.${field}`;
}
