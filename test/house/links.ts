/** The links of our pages: where each leads, and whether that is there. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const isPage = (name: string): boolean => name.endsWith('.md');

const withoutCode = (text: string): string =>
  text
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** As code hosts name the headings of a page; a heading that is there twice has a number behind it. */
function anchorsOf(text: string): readonly string[] {
  const met = new Map<string, number>();
  return [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+)$/gm)].map(([, title = '']) => {
    const name = title
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const before = met.get(name) ?? 0;
    met.set(name, before + 1);
    return before === 0 ? name : `${name}-${String(before)}`;
  });
}

export interface Link {
  readonly to: string;
  /** '' for the whole page. */
  readonly anchor: string;
}

/** Those within the repository, by paths from its root. */
export function linksIn(page: string, text: string): readonly Link[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { to: path === '' ? page : join(dirname(page), path), anchor };
    });
}

/** What is wrong with a link of a page below `root`; null if nothing is. */
export function wrongIn(root: string, { to, anchor }: Link): string | null {
  const path = join(root, to);
  if (!existsSync(path)) return `${to} is not there`;
  if (anchor === '' || statSync(path).isDirectory()) return null;
  return anchorsOf(readFileSync(path, 'utf8')).includes(anchor) ? null : `${to} has no part "${anchor}"`;
}
