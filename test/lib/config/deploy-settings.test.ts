import { describe, expect, it } from 'vitest';
import { parseProject } from '../../../src/lib/config/project.js';
import { resolveService } from '../../../src/lib/config/resolve.js';
import { selectServices } from '../../../src/lib/command/select.js';

const file = (deploy: string, more = '', template = 'web-service'): string =>
  `project: p\nservices:\n  ui:\n    template: ${template}\n    port: 80\n    health: /h\n    deploy: ${deploy}\n${more}`;
const project = (text: string) => parseProject(text, '/', 'baf.yaml');
const resolved = (text: string, environment = 'prod') => resolveService(project(text), 'ui', environment).deploy;

describe('deploy:', () => {
  it.each([
    ['{ strategy: canary, steps: { percent: 0 } }', /baf\.yaml:7:51: .*steps\.percent: 0 is too small; at least 0\.1/],
    ['{ strategy: canary, steps: { percent: 101 } }', /steps\.percent: 101 is too big; at most 100/],
    ['{ strategy: linear, steps: { percent: 2.5 } }', /steps\.percent: 2\.5 is too small for the strategy linear; at least 3/],
    [
      '{ strategy: rolling, steps: { percent: 10 } }',
      /baf\.yaml:7:34: .*steps means nothing to the strategy rolling; it belongs to canary, linear/,
    ],
    ['{ bake: 5m }', /bake means nothing to the strategy rolling; it belongs to blue-green, canary, linear/],
    ['{ strategy: blue-green, minimumHealthyPercent: 50 }', /minimumHealthyPercent means nothing to the strategy blue-green/],
    [
      '{ strategy: blue-green, bake: 90s }',
      /baf\.yaml:7:43: .*bake: 90s is not possible; ECS takes whole minutes, from 0m to 24h/,
    ],
    ['{ strategy: blue-green, bake: 2d }', /2d is not possible/],
    ['{ strategy: blue-green, pause: { at: [sometime] } }', /sometime is not allowed; allowed: pre-scale-up/],
    ['{ strategy: blue-green, pause: { at: [] } }', /too small/],
    ['{ strategy: canary, steps: { share: 5 } }', /unknown key share; .*allowed: percent, wait/],
  ])('refuses %s', (deploy, message) => {
    expect(() => project(file(deploy))).toThrow(message);
  });
  it('refuses to move the traffic of a service without a load balancer, with the line', () => {
    expect(() => project(file('{ strategy: blue-green }', '', 'backend-service'))).toThrow(
      /baf\.yaml:7:25: services\.ui\.deploy\.strategy: blue-green moves traffic at a load balancer, and a backend-service has none/,
    );
    const more = '    environments: { prod: { deploy: { strategy: linear } } }\n';
    expect(() => project(file('{}', more, 'worker'))).toThrow(/baf\.yaml:8:49: .*linear moves traffic/);
    const plain = project(file('{}', '', 'backend-service'));
    expect(() => selectServices({ project: plain }, [], 'prod', 'canary')).toThrow(/--strategy canary does not go with ui/);
  });
  it('judges the settings of an environment by the strategy there', () => {
    const more = '    environments: { prod: { deploy: { steps: { percent: 20 } } } }\n';
    expect(resolved(file('{ strategy: canary }', more)).steps).toEqual({ percent: 20, waitMinutes: 10 });
    expect(() => project(file('{}', more))).toThrow(/steps means nothing to the strategy rolling/);
  });
  it('gives each strategy its defaults, and what is said over them', () => {
    expect(resolved(file('{ strategy: canary, bake: 1h30m, alarms: [5xx], pause: { at: [post-test-traffic-shift] } }'))).toEqual({
      strategy: 'canary',
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      bakeMinutes: 90,
      steps: { percent: 5, waitMinutes: 10 },
      alarms: ['5xx'],
      pause: { at: ['post-test-traffic-shift'], timeoutMinutes: 60 },
    });
    expect(resolved(file('{ strategy: linear, steps: { wait: 0m } }')).steps).toEqual({ percent: 10, waitMinutes: 0 });
    expect(resolved(file('{ strategy: all-at-once }'))).toMatchObject({ minimumHealthyPercent: 0, maximumPercent: 100 });
  });
  it('leaves out what was said for another strategy than the one that is used', () => {
    const more = '    environments: { prod: { deploy: { strategy: blue-green, bake: 5m, alarms: [] } } }\n';
    const text = file('{ minimumHealthyPercent: 50, maximumPercent: 150, alarms: [5xx] }', more);
    expect(resolved(text)).toMatchObject({
      strategy: 'blue-green',
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      bakeMinutes: 5,
      alarms: [],
    });
    expect(resolved(text, 'staging')).toMatchObject({ strategy: 'rolling', minimumHealthyPercent: 50, alarms: ['5xx'] });
    expect(resolveService(project(text), 'ui', 'prod', 'canary').deploy).toMatchObject({
      strategy: 'canary',
      bakeMinutes: 0,
      alarms: [],
    });
    expect(resolveService(project(text), 'ui', 'prod', 'rolling').deploy).toMatchObject({ minimumHealthyPercent: 50 });
  });
});
