/** Somebody with a browser: follows redirects, keeps cookies, and fills in the forms of the provider of the tests. */

export interface Visited {
  /** Where it ended. */
  readonly url: string;
  readonly text: string;
}

const MOST_STEPS = 20;

/** Opens the page and signs in as `account`, until there is no form left. `code` is typed where a device's is asked for. */
export async function signInAt(url: string, account: string, code = ''): Promise<Visited> {
  const browser = new Browser();
  let page = await browser.go(url);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const form = formIn(page.text);
    if (form === null) return page;
    const typed = { login: account, password: 'any', user_code: code };
    page = await browser.go(new URL(form.action, page.url).href, filled(form.fields, typed));
  }
  throw new Error(`There is no end of forms at ${page.url}.`);
}

/** Stops where the provider would send the browser to this machine, as one does that cannot reach it. */
export async function signInElsewhere(url: string, account: string): Promise<string> {
  const browser = new Browser('http://127.0.0.1');
  let page = await browser.go(url);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const form = formIn(page.text);
    if (form === null) return page.url;
    page = await browser.go(
      new URL(form.action, page.url).href,
      filled(form.fields, { login: account, password: 'any' }),
    );
  }
  throw new Error(`There is no end of forms at ${page.url}.`);
}

class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #unreachable: string | null;
  #origin: string | null = null;

  /** `unreachable` is the beginning of addresses that it cannot open, other than those of the first site. */
  constructor(unreachable: string | null = null) {
    this.#unreachable = unreachable;
  }

  async go(first: string, body: URLSearchParams | null = null): Promise<Visited> {
    let url = first;
    let form = body;
    this.#origin ??= new URL(first).origin;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (this.#isOutOfReach(url)) return { url, text: '' };
      const response = await fetch(url, {
        method: form === null ? 'GET' : 'POST',
        redirect: 'manual',
        body: form,
        headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const set of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        if (value === '') this.#cookies.delete(name);
        else this.#cookies.set(name, value);
      }
      const next = response.headers.get('location');
      if (next === null) return { url, text: await response.text() };
      await response.arrayBuffer();
      url = new URL(next, url).href;
      form = null;
    }
    throw new Error(`There is no end of redirects at ${url}.`);
  }

  #isOutOfReach(url: string): boolean {
    return (
      this.#unreachable !== null && url.startsWith(this.#unreachable) && new URL(url).origin !== this.#origin
    );
  }
}

interface Form {
  readonly action: string;
  readonly fields: readonly (readonly [string, string])[];
}

function formIn(html: string): Form | null {
  const [, form = '', inside = ''] = /<form([^>]*)>([^]*?)<\/form>/.exec(html) ?? [];
  const action = attribute(form, 'action');
  if (action === null) return null;
  const inputs = [...inside.matchAll(/<input[^>]*>/g)].map(([input]) => input);
  return {
    action,
    fields: inputs.flatMap((input) => {
      const name = attribute(input, 'name');
      return name === null ? [] : [[name, attribute(input, 'value') ?? ''] as const];
    }),
  };
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? null : found.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
}

function filled(fields: Form['fields'], typed: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams(Object.fromEntries(fields.map(([name, value]) => [name, typed[name] ?? value])));
}
