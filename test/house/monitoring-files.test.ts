/**
 * docs/monitoring/ has files for Prometheus and Grafana, which name metrics as text. Each of them must be one that `/metrics`
 * has, each that it has must be drawn, and each alert must be tested both ways. What promtool says of the files is
 * in test/integration/prometheus.test.ts.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROWS } from '../../src/worker/watch/metric-rows.js';
import { FLEET_ROWS } from '../../src/worker/watch/metrics.js';

const page = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');

/** Without a desk. */
const OF_THE_HOST = [...FLEET_ROWS.map(([name]) => name), 'imapdesk_build_info'];
const OWN = [...ROWS.map(({ name }) => name), ...OF_THE_HOST];
const namedIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/\bimapdesk_[a-z_]+/g)].map(([name]) => name)),
];

/** The variable of Grafana, as it stands in the file. */
const CHOSEN = '${datasource}';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly id: null;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
}

describe('docs/monitoring/grafana-dashboard.json', () => {
  const text = page('monitoring/grafana-dashboard.json');
  const dashboard = JSON.parse(text) as Dashboard;
  const { panels } = dashboard;
  const drawn = panels.filter(({ type }) => type !== 'row');

  it('draws each metric of imapdesk, and none that there is not', () => {
    const exprs = drawn.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n');
    expect([...namedIn(exprs)].sort()).toEqual([...OWN].sort());
  });

  it('asks the data source that is chosen, for the desks that are chosen', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'desk']);
    for (const { datasource, targets = [], title } of drawn) {
      const uids = [datasource, ...targets.map((target) => target.datasource)].map((one) => one?.uid);
      expect(new Set(uids), title).toEqual(new Set([CHOSEN]));
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { expr } of targets) {
        const chosen = expr.match(/\{[^}]*\}/g) ?? [];
        const desks = '{job="$job", desk=~"$desk"}';
        for (const one of chosen) expect(['{job="$job"}', desks], expr).toContain(one);
        for (const name of namedIn(expr).filter((one) => !OF_THE_HOST.includes(one)))
          expect(expr, expr).toContain(`${name}${desks}`);
      }
    }
  });

  it('has panels with numbers of their own, none over another, and none beside the page', () => {
    expect(dashboard).toMatchObject({ id: null, uid: 'imapdesk' });
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = new Map<string, string>();
    for (const { gridPos, title } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells.get(`${x},${y}`), title).toBeUndefined();
          cells.set(`${x},${y}`, title);
        }
    }
  });
});

describe('docs/monitoring/alerts.yml', () => {
  const rules = page('monitoring/alerts.yml');
  const tests = page('monitoring/alerts.test.yml');
  const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name = '']) => name);

  it('names only metrics that there are', () => {
    expect(alerts.length).toBeGreaterThan(5);
    expect(namedIn(rules).filter((name) => !OWN.includes(name))).toEqual([]);
    expect(namedIn(tests).filter((name) => !OWN.includes(name))).toEqual([]);
  });

  it.each(alerts)('has a test in which %s fires, and one in which it is silent', (alert) => {
    expect(tests).toContain(`  - name: ${alert} fires\n`);
    expect(tests).toContain(`  - name: ${alert} is silent\n`);
    expect(page('monitoring.md')).toContain(`\`${alert}\``);
  });
});

it('docs/monitoring.md tells of each metric', () => {
  const told = page('monitoring.md');
  expect(OWN.filter((name) => !told.includes(`\`${name}`))).toEqual([]);
});
