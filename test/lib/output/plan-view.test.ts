/** A plan as it is shown: in the order in which things begin, with how they come in, and what would be refused. */
import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../../src/lib/output/plan-view.js';
import type { DeployPlan } from '../../../src/lib/rollout/plan.js';

const SETTINGS = {
  strategy: 'rolling',
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  bakeMinutes: 3,
  steps: { percent: 10, waitMinutes: 2 },
  alarms: [] as string[],
  pause: { at: [] as string[], timeoutMinutes: 60 },
};
interface Asked {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly deploy?: object;
  readonly to?: string;
  readonly changes?: readonly string[];
  readonly differences?: readonly object[];
}
const rollout = ({ name, needs = [], deploy, to = '2', changes = ['tag', 'task definition'], differences = [] }: Asked) => ({
  service: { name, needs, deploy: { ...SETTINGS, ...deploy }, hooks: { before: [], after: [] } },
  target: { name: 'a/r' },
  action: 'update',
  wave: 0,
  from: { tag: '1' },
  to: { tag: to },
  changes,
  differences: { taskDefinition: differences, service: [] },
  rendered: { taskDefinition: { containerDefinitions: [{ name }] } },
});
const plan = (...rollouts: Asked[]) =>
  ({ environment: 'prod', waves: [{ bakeMs: 0, rollouts: rollouts.map(rollout) }] }) as unknown as DeployPlan;
const shown = (of: DeployPlan, problems = 0): string[] => renderPlan(of, { color: false, columns: 80 }, [], problems).split('\n');

describe('a plan', () => {
  it('is in the order in which services begin, and says what waits for what', () => {
    const lines = shown(
      plan({ name: 'ui', needs: ['api', 'db'] }, { name: 'api', needs: ['db'] }, { name: 'db' }, { name: 'job' }),
    );
    expect(lines.filter((line) => line.startsWith('  ~')).map((line) => line.split(' ')[3])).toEqual(['db', 'api', 'ui', 'job']);
    expect(lines).toContain('ui; after api, db');
    expect(lines).toContain('api; after db');
    expect(lines.some((line) => line.startsWith('job;'))).toBe(false);
  });

  it('says how a version comes in, where it is not in place, and what watches it', () => {
    const said = (deploy: object): string => {
      const lines = shown(plan({ name: 'ui', deploy }));
      return lines.slice(3, -1).join(' ').replace(/ +/g, ' ');
    };
    expect(said({})).toBe('');
    expect(said({ strategy: 'rolling', minimumHealthyPercent: 50 })).toMatch(
      /^ui, rolling: 50 % of the tasks healthy, 200 % at most/,
    );
    expect(said({ strategy: 'canary', alarms: ['5xx'] })).toBe(
      'ui, canary: 10 % of the traffic, the rest after 2m, then both versions for 3m; alarms 5xx',
    );
    expect(said({ strategy: 'linear', bakeMinutes: 0 })).toBe('ui, linear: 10 % of the traffic every 2m');
    expect(said({ strategy: 'blue-green', pause: { at: ['pre-scale-up'], timeoutMinutes: 60 } })).toBe(
      'ui, blue-green: all of the traffic at once, then both versions for 3m; pauses at pre-scale-up',
    );
    expect(said({ strategy: 'all-at-once' })).toBe('ui, all-at-once: all old tasks stop, then all new ones start');
  });

  it('names one version where only settings change', () => {
    expect(shown(plan({ name: 'ui', to: '1', changes: ['service'] }))[2]).toBe('  ~ ui in a/r: 1 (service)');
  });

  it('of one service leaves out no difference', () => {
    const differences = Array.from({ length: 30 }, (_, i) => ({ path: ['cpu' + i], from: '1', to: '2' }));
    const lines = shown(plan({ name: 'ui', differences }));
    expect(lines.filter((line) => line.includes('1 -> 2') && line.includes('cpu'))).toHaveLength(30);
  });

  it('says at its end that it would be refused', () => {
    expect(shown(plan({ name: 'ui' }), 2).at(-1)).toBe('It would be refused as it is: pre-flight found 2 problems.');
    expect(shown(plan({ name: 'ui' })).at(-1)).toBe('1 rollout to do.');
  });
});
