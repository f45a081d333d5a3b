// As much of playwright-core as the tests use. Its own declarations need the types of a browser, which clash with Node's.
interface Found {
  readonly first: () => Found;
  readonly locator: (selector: string) => Found;
  readonly getByText: (text: string) => Found;
  readonly getByAltText: (text: string) => Found;
  readonly count: () => Promise<number>;
  readonly click: () => Promise<void>;
  readonly fill: (text: string) => Promise<void>;
  readonly focus: () => Promise<void>;
  readonly isVisible: () => Promise<boolean>;
  readonly textContent: () => Promise<string | null>;
  readonly getAttribute: (name: string) => Promise<string | null>;
  readonly evaluate: <T>(work: (one: object) => T) => Promise<T>;
}

export interface Page extends Pick<Found, 'locator' | 'getByText'> {
  readonly goto: (url: string) => Promise<{ readonly status: () => number } | null>;
  readonly url: () => string;
  readonly title: () => Promise<string>;
  readonly content: () => Promise<string>;
  readonly setContent: (html: string) => Promise<void>;
  readonly evaluate: <T>(expression: string) => Promise<T>;
  readonly getByLabel: (label: string) => Found;
  readonly getByRole: (
    role: string,
    options: { readonly name?: string | RegExp; readonly level?: number },
  ) => Found;
  readonly frameLocator: (selector: string) => Found;
  readonly waitForURL: (url: string | RegExp) => Promise<void>;
  readonly waitForLoadState: (state: 'load' | 'networkidle') => Promise<void>;
  readonly keyboard: { readonly press: (key: string) => Promise<void> };
  readonly screenshot: (options: { readonly path: string; readonly fullPage?: boolean }) => Promise<Buffer>;
  readonly on: (
    name: 'dialog',
    heard: (dialog: { readonly message: () => string; readonly dismiss: () => Promise<void> }) => void,
  ) => void;
}

export interface ContextOptions {
  readonly javaScriptEnabled?: boolean;
  readonly colorScheme?: 'light' | 'dark';
  readonly locale?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly deviceScaleFactor?: number;
}

export interface BrowserContext {
  readonly newPage: () => Promise<Page>;
  readonly close: () => Promise<void>;
  readonly on: (name: 'request', heard: (request: { readonly url: () => string }) => void) => void;
}

export interface Browser {
  readonly newContext: (options?: ContextOptions) => Promise<BrowserContext>;
  readonly close: () => Promise<void>;
}

export declare const chromium: {
  readonly launch: (options: {
    readonly executablePath: string;
    readonly headless: boolean;
    readonly args: readonly string[];
  }) => Promise<Browser>;
};
