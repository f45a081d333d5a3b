/**
 * BODYSTRUCTURE as imapflow reads it, as a MessagePart. Paths are numbered anew (RFC 9051 §6.4.5): the only part
 * inside a message/rfc822 has a number of its own, which imapflow leaves out. Bounded in depth and in parts, since
 * both are the sender's doing.
 */
import type { MessageStructureObject } from 'imapflow';
import { isMessage } from '../../message/body/message-parts.js';
import { contentIdField, shownAbout, typeFields } from '../../message/body/part-fields.js';
import type { MessagePart } from '../../message/body/structure.js';
import { meantType } from '../../message/header/content-type.js';

export const MAX_STRUCTURE_DEPTH = 40;
export const MAX_STRUCTURE_PARTS = 1000;
const MAX_FILE_NAME_CHARACTERS = 300;

interface Budget {
  parts: number;
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

function dispositionOf(value: string | undefined): MessagePart['disposition'] {
  const disposition = value?.toLowerCase();
  if (disposition === 'inline' || disposition === 'attachment') return disposition;
  // RFC 2183 §2.8: an unknown disposition means an attachment.
  return disposition === undefined || disposition === '' ? null : 'attachment';
}

function parameter(parameters: { readonly [key: string]: string } | undefined, name: string): string | null {
  const value: unknown =
    parameters === undefined || !Object.hasOwn(parameters, name) ? undefined : parameters[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function childPlace(
  node: MessageStructureObject,
  child: MessageStructureObject,
  place: Place & { index: number },
): Place {
  const depth = place.depth + 1;
  const isMultipart = child.type.startsWith('multipart/');
  if (node.type.startsWith('multipart/')) {
    const number = String(place.index + 1);
    return { path: place.path === '' ? number : `${place.path}.${number}`, depth };
  }
  // The multipart inside a message/rfc822 has no number: its parts are counted right under the message's.
  return { path: isMultipart ? place.path : `${place.path}.1`, depth };
}

function partOf(node: MessageStructureObject, place: Place, budget: Budget): MessagePart {
  budget.parts -= 1;
  const children: MessagePart[] = [];
  const nodes = place.depth >= MAX_STRUCTURE_DEPTH ? [] : (node.childNodes ?? []);
  for (const [index, child] of nodes.entries())
    if (budget.parts > 0) children.push(partOf(child, childPlace(node, child, { ...place, index }), budget));
  const type = meantType(node.type);
  const fileName = parameter(node.dispositionParameters, 'filename') ?? parameter(node.parameters, 'name');
  return {
    path: place.path,
    type,
    charset: parameter(node.parameters, 'charset'),
    encoding: node.encoding === undefined || node.encoding === '' ? null : node.encoding.toLowerCase(),
    size: node.size ?? 0,
    disposition: dispositionOf(node.disposition),
    fileName: fileName === null ? null : fileName.slice(0, MAX_FILE_NAME_CHARACTERS),
    children,
    ...typeFields(type, (name) => parameter(node.parameters, name) ?? undefined),
    ...aboutOf(type, node),
    ...contentIdField(node.id),
  };
}

/** The server reads the header of an attached message for us (RFC 9051 §7.5.2). */
function aboutOf(type: string, { envelope }: MessageStructureObject): Pick<MessagePart, 'about'> {
  if (!isMessage(type) || envelope === undefined) return {};
  const from = envelope.from?.[0];
  const author = from?.address === undefined ? null : { name: from.name ?? '', address: from.address };
  return { about: shownAbout(envelope.subject ?? '', author) };
}

/** The tree of parts; null where the server told none. */
export function messageStructure(root: MessageStructureObject | undefined): MessagePart | null {
  if (root === undefined) return null;
  const path = root.type.startsWith('multipart/') ? '' : '1';
  return partOf(root, { path, depth: 1 }, { parts: MAX_STRUCTURE_PARTS });
}
