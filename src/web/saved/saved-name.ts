/**
 * What the files of mail are called among saved pages. A page from a disk has no server that says "for saving only": whoever
 * clicks gets the file opened by its ending, and an HTML file would run there with the rights of a file of one's own. So
 * only endings keep their meaning behind which no program runs anything; all others get one more, which makes them text to
 * look at, or a file that nothing opens.
 */

/** Pictures without scripts, sound, film, packed files, and documents that hold no macros. */
const HARMLESS = new Set(
  'png jpg jpeg gif webp bmp avif heic tif tiff txt pdf zip gz tgz bz2 xz 7z docx xlsx pptx odt ods odp mp3 m4a wav ogg mp4 mov webm'.split(
    ' ',
  ),
);
/** Text that a browser, a script host or a spreadsheet would act upon. */
const TEXT = new Set(
  'htm html xhtml xht shtml mht mhtml svg xml xsl css js mjs json csv tsv eml ics vcf md log asc sig ps1 sh bat cmd vbs py'.split(
    ' ',
  ),
);
/** Of 255 bytes, which most file systems take, with room for number and ending. */
const MAX_NAME_BYTES = 200;

/** Two files of a message may have one name: their place stands in front, so no name is a device's, or hidden. */
export function savedName({
  place,
  fileName,
}: {
  readonly place: number;
  readonly fileName: string;
}): string {
  const plain = fileName.replace(/[\p{C}/\\:*?"<>|]/gu, '_').replace(/[. ]+$/, '');
  const dot = plain.lastIndexOf('.');
  const ending = dot === -1 ? '' : plain.slice(dot + 1).toLowerCase();
  const further = HARMLESS.has(ending) ? '' : TEXT.has(ending) ? '.txt' : '.bin';
  const kept = `.${ending}`.length > 1 && dot > 0 && further === '' ? plain.slice(dot) : '';
  return `${place}-${cut(plain.slice(0, plain.length - kept.length))}${kept}${further}`;
}

function cut(text: string): string {
  let short = text;
  while (Buffer.byteLength(short) > MAX_NAME_BYTES) short = short.replace(/.$/su, '');
  return short;
}
