/** Hostile mail for the pages. Whatever of it ran or was loaded would be noticed: by the tracker, a title, a dialog, an element. */
import type { Sample } from './desk-bench.js';

const DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const RUN = `document.title='ran';fetch('TRACK/ran');alert(1)`;

const HTML = [
  '<html><head><base href="TRACK/base/"><meta http-equiv="refresh" content="0;url=TRACK/refresh">',
  '<link rel="stylesheet" href="TRACK/style.css"><style>body{background:url(TRACK/css)} @import "TRACK/import";</style></head>',
  '<body onload="RUN" background="TRACK/background">',
  '<script>RUN</script><script src="TRACK/script.js"></script>',
  '<img src="TRACK/pixel.gif" alt="tracked picture"><img src=x onerror="RUN"><img srcset="TRACK/set 1x" alt="">',
  '<svg onload="RUN"><script>RUN</script><image href="TRACK/svg"/></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror="RUN"></style></mglyph></table></mtext></math>',
  '<a href="javascript:RUN">click</a> <a href="TRACK/link">bank.example</a> <a href="data:text/html,<script>RUN</script>">data</a>',
  '<iframe src="TRACK/frame"></iframe><object data="TRACK/object"></object><embed src="TRACK/embed">',
  '<video poster="TRACK/poster" autoplay src="TRACK/video"></video><audio src="TRACK/audio" autoplay></audio>',
  '<form action="/sign-out" method="post"><button>Sign out</button></form>',
  '<form action="TRACK/form"><input name="password" autofocus onfocus="RUN"></form>',
  '<p style="background-image:url(TRACK/inline); position:fixed; inset:0; color:red">styled</p>',
  '<p style="color:red;}</style><script>RUN</script>">broken style</p><div style="width:expression(RUN)">old</div>',
  '<noscript><p title="</noscript><img src=x onerror=RUN>"></noscript><template><img src=x onerror="RUN"></template>',
  '<!--><img src=x onerror="RUN">--><![CDATA[<img src=x onerror="RUN">]]>',
  '<p id="content" class="text">Hostile, and harmless.</p><img src="cid:dot@x" alt="a red dot"><img src="cid:svg@x" alt="an svg">',
  '</body></html>',
].join('\r\n');

/** `tracker` is where its requests would be noticed. */
export function hostileMail(tracker: string): Sample {
  const html = HTML.replaceAll('RUN', RUN).replaceAll('TRACK', tracker);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('${tracker}/svgrun')"/>`;
  const plain = `<script>document.title='ran'</script> <img src="${tracker}/text"> \u202egnp.exe`;
  const text = [
    '--o\r\nContent-Type: multipart/alternative; boundary="i"\r\n',
    `--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${plain}`,
    `--i\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--i--`,
    '--o\r\nContent-Type: image/png\r\nContent-ID: <dot@x>',
    'Content-Disposition: inline; filename="<img src=x onerror=alert(1)>.png"',
    `Content-Transfer-Encoding: base64\r\n\r\n${DOT}`,
    '--o\r\nContent-Type: image/svg+xml\r\nContent-ID: <svg@x>',
    `Content-Transfer-Encoding: base64\r\n\r\n${Buffer.from(svg).toString('base64')}\r\n--o--`,
  ];
  return {
    subject: '"><img src=x onerror=alert(1)> {{7*7}}',
    from: '"<script>alert(1)</script>" <taro@example.com>',
    fields: ['MIME-Version: 1.0', 'Content-Type: multipart/related; boundary="o"'],
    text: text.join('\r\n'),
  };
}
