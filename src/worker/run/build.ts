/** Which build this is: `scripts/build.mjs` puts a digest of all that it builds from in the place of the word. */
export const BUILD: string = 'source';
