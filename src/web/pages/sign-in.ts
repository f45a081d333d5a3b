/** The page at which somebody signs in, and the list of desks. */
import { html } from 'hono/html';
import { type Html, layout, type Viewing } from './layout.js';
import { deskPath } from './places.js';

export function signInPage(
  viewing: Viewing,
  { back, wrong }: { readonly back: string; readonly wrong: string | null },
): Html {
  const { words } = viewing;
  const about = wrong === null ? '' : html` aria-invalid="true" aria-describedby="wrong"`;
  return layout(viewing, {
    title: words.signIn,
    main: html`<h1>${words.signIn}</h1>
${wrong === null ? '' : html`<p role="alert" class="wrong" id="wrong">${wrong}</p>`}
<form method="post" action="/sign-in" class="sign-in">
<input type="hidden" name="back" value="${back}">
<p><label for="password">${words.password}</label> <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1000"${about}></p>
<p><button>${words.signIn}</button></p>
</form>`,
  });
}

export function desksPage(viewing: Viewing, desks: readonly string[]): Html {
  const { words } = viewing;
  return layout(viewing, {
    title: words.desks,
    main: html`<h1>${words.desks}</h1>
<ul>${desks.map((name) => html`<li><a href="${deskPath(name)}/tickets">${name}</a></li>`)}</ul>`,
  });
}
