/** The one style of all pages, served as a file. Colours keep a contrast of 4.5 to 1 and more (WCAG 2.2 AA), light and dark. */
export const STYLE = `:root {
  color-scheme: light dark;
  --ink: #1c2024; --soft: #50575e; --page: #fff; --raised: #f4f6f8; --line: #c4cbd3; --link: #0a54b4;
  --open: #0b5d33; --archived: #50575e; --wrong: #a8071a; --mark: #0a54b4; --bar: #2f6fc4; --bar2: #b26200;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e9ec; --soft: #aab3bc; --page: #14181c; --raised: #1d2328; --line: #46505a; --link: #8cbcff;
    --open: #7fd6a4; --archived: #aab3bc; --wrong: #ff9c9c; --mark: #8cbcff; --bar: #6aa3ee; --bar2: #e6a24a;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0; color: var(--ink); background: var(--page); }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: .5rem; top: .5rem; padding: .5rem; background: var(--page); z-index: 1; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header, main { max-width: 60rem; margin: 0 auto; padding: .5rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: center; border-bottom: 1px solid var(--line); }
header .desk { margin: 0; font-weight: 700; }
header .out { margin: 0 0 0 auto; color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding: .25rem 0; min-height: 24px; }
nav a[aria-current] { font-weight: 700; color: var(--ink); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .75rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
h3, h4 { font-size: 1rem; margin: .25rem 0; overflow-wrap: anywhere; }
button, input { font: inherit; color: inherit; min-height: 2.25rem; padding: .25rem .6rem; border: 1px solid var(--soft); border-radius: .25rem; background: var(--page); max-width: 100%; }
button { background: var(--raised); cursor: pointer; }
label { display: block; }
.search { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; }
.search p, .sign-in p { margin: 0 0 .5rem; }
.search .hint { flex-basis: 100%; }
.hint, .about, .fields, .place, .by, .note, .files span { color: var(--soft); }
.wrong { color: var(--wrong); font-weight: 700; }
.tickets { list-style: none; margin: 1rem 0; padding: 0; }
.tickets li { border-top: 1px solid var(--line); padding: .5rem 0; overflow-wrap: anywhere; }
.tickets a { font-weight: 600; }
.about { margin: 0; display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .9rem; }
.number { font-variant-numeric: tabular-nums; }
.state.open { color: var(--open); font-weight: 600; }
.state.archived { color: var(--archived); }
dl { margin: .25rem 0 1rem; }
dl div { display: flex; flex-wrap: wrap; gap: 0 .5rem; }
dt { font-weight: 600; min-width: 8rem; }
dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.fields { font-size: .9rem; }
.fields dt { min-width: 4.5rem; font-weight: 400; }
article { position: relative; border: 1px solid var(--line); border-radius: .4rem; padding: .75rem 1rem; margin: 0 0 1rem; scroll-margin-top: 1rem; }
article.desk { background: var(--raised); }
article:target { border-color: var(--mark); }
.place, .by { font-weight: 400; font-size: .9rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
details { margin: .5rem 0; padding-left: .75rem; border-left: 3px solid var(--line); }
summary { cursor: pointer; min-height: 24px; color: var(--soft); }
.actions { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .75rem 0 0; padding: 0; font-size: .9rem; }
.actions a { display: inline-block; min-height: 24px; }
.files { margin: .25rem 0; padding-left: 1.25rem; overflow-wrap: anywhere; }
iframe { width: 100%; height: 60vh; border: 1px solid var(--line); background: #fff; resize: vertical; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); padding: .75rem; border-radius: .4rem; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; }
svg { display: block; width: 100%; height: auto; max-height: 16rem; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
@media (max-width: 36rem) { svg text { font-size: 20px; } }
svg.key { display: inline-block; width: .8em; height: .8em; }
svg .grid { stroke: var(--line); }
svg .one { fill: var(--bar); }
svg .two { fill: var(--bar2); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .15rem .75rem .15rem 0; border-bottom: 1px solid var(--line); }
td { text-align: right; }
`;
