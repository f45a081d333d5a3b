/** The blocks of code in our pages. */

export interface CodeBlock {
  /** Of the first line of code, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Those of one language, such as `sh`. */
export function codeBlocks(page: string, language: string): readonly CodeBlock[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...page.matchAll(fenced)].map(({ index, 1: text = '' }) => ({
    line: page.slice(0, index).split('\n').length + 1,
    text,
  }));
}

/** The lines of a block, as somebody types them one by one; one that goes on behind a backslash is one. */
export function typedLines({ text }: CodeBlock): readonly string[] {
  return text.split(/(?<!\\)\n/).filter((line) => line !== '');
}
