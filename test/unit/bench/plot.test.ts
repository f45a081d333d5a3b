import { expect, it } from 'vitest';
import { type Plot, svgOf } from '../../bench/plot.js';

const plot: Plot = {
  name: 'backlog',
  title: 'Time & <size>',
  x: 'new mails',
  y: 'seconds',
  series: [
    {
      name: 'desk',
      points: [
        [1000, 8],
        [0, 0],
      ],
    },
    { name: 'bound', points: [[1000, 10]] },
  ],
};

it('draws each point in its place, from left to right', () => {
  const svg = svgOf(plot);
  // The axes end at 1,000 and at 10, 604 and 64 in the picture's units; both begin at 0, at 64 and 308.
  expect(svg).toContain('points="64,308 604,112.8"');
  expect(svg).toContain('<circle class="s1" cx="604" cy="64" r="3"/>');
});

it('names axes, units and lines, and escapes what they say', () => {
  const svg = svgOf(plot);
  for (const name of ['new mails', 'seconds', 'desk', 'bound']) expect(svg).toContain(`>${name}</text>`);
  expect(svg).toContain('>Time &amp; &lt;size></text>');
  expect(svg).not.toContain('& <');
});

it('has colours for light and for dark pages', () => {
  const [light, dark] = svgOf(plot).split('prefers-color-scheme: dark');
  expect(light).toMatch(/\.page \{ fill: #ffffff \}/);
  expect(dark).toMatch(/\.page \{ fill: #0d1117 \}/);
});

it('draws nothing of nothing', () => {
  expect(() => svgOf({ ...plot, series: [{ name: 'desk', points: [] }] })).toThrow('backlog has no points');
});
