/** The languages that a desk can write in; each has its texts and phrases in `templates/`. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'nl'] as const;

export type Language = (typeof LANGUAGES)[number];
