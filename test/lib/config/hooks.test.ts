import { describe, expect, it } from 'vitest';
import { parseProject } from '../../../src/lib/config/project.js';
import { resolveService } from '../../../src/lib/config/resolve.js';

const file = (deploy: string, more = '', template = 'web-service'): string =>
  `project: p\nservices:\n  ui:\n    template: ${template}\n    port: 80\n    health: /h\n    deploy: ${deploy}\n${more}`;
const project = (text: string) => parseProject(text, '/', 'baf.yaml');
const hooksIn = (text: string, environment = 'prod') => resolveService(project(text), 'ui', environment).hooks;

describe('deploy.before and deploy.after', () => {
  it('have defaults in their places', () => {
    const text = file('{ before: [{ command: [bin/migrate, up] }], after: [{ http: { path: /x } }, { run: [a, b] }] }');
    expect(hooksIn(text)).toEqual({
      before: [{ kind: 'task', name: 'bin/migrate up', command: ['bin/migrate', 'up'], timeoutMs: 900_000, once: false }],
      after: [
        { kind: 'http', name: 'GET /x', path: '/x', status: 200, contains: null, timeoutMs: 10_000, retries: 4 },
        { kind: 'run', name: 'a b', command: ['a', 'b'], timeoutMs: 300_000 },
      ],
    });
    expect(hooksIn(file('{}'))).toEqual({ before: [], after: [] });
  });
  it('are replaced by those of an environment, by none too', () => {
    const text = file(
      '{ before: [{ command: [a] }], after: [{ run: [b] }] }',
      '    environments: { prod: { deploy: { before: [], after: [{ run: [c], timeout: 1m30s }] } } }\n',
    );
    expect(hooksIn(text)).toEqual({ before: [], after: [{ kind: 'run', name: 'c', command: ['c'], timeoutMs: 90_000 }] });
    expect(hooksIn(text, 'staging').before).toHaveLength(1);
  });
  it.each([
    ['{ before: [{ name: a }] }', /before\.0\.command: missing; it has to be a list/],
    ['{ before: [{ command: [] }] }', /before\.0\.command: \[\] is too small/],
    ['{ before: [{ command: migrate }] }', /before\.0\.command: migrate is not a list/],
    ['{ before: [{ command: [a], timeuot: 1m }] }', /unknown key timeuot; did you mean timeout\?/],
    ['{ before: [{ command: [a], timeout: 0s }] }', /baf\.yaml:7:\d+: .*before\.0\.timeout: 0s is no time at all/],
    ['{ before: [{ command: [a] }, { command: [a] }] }', /before\.1: there are two with the name a/],
    ['{ after: [{ name: x }] }', /after\.0: it has to have one of http and run/],
    ['{ after: [{ run: [a], http: { path: /x } }] }', /after\.0: it has to have one of http and run/],
    ['{ after: [{ http: { path: x } }] }', /after\.0\.http\.path: x: a path begins with \//],
    ['{ after: [{ http: { path: /x, status: 20 } }] }', /status: 20 is too small; at least 100/],
    ['{ after: [{ http: { path: /x }, timeout: 5s }] }', /stands inside http/],
  ])('refuses %s', (deploy, message) => expect(() => project(file(deploy))).toThrow(message));
  it('refuses to ask a service that has no host', () => {
    expect(() => project(file('{ after: [{ http: { path: /x } }] }', '', 'backend-service'))).toThrow(
      /after\.0\.http: a backend-service has no host to ask; use run/,
    );
  });
});
