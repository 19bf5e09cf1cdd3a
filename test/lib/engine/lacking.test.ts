/** The refusal that names what several services lack: see test/lib/command/commands.test.ts for how it comes to be. */
import { describe, expect, it } from 'vitest';
import { Lacking } from '../../../src/lib/engine/lacking.js';
import type { UserError } from '../../../src/lib/errors/user-error.js';

type Code = 'TagMissing' | 'InfrastructureRoleMissing';
function refusal(...lacks: [Code, string, string][]): UserError {
  const lacking = new Lacking();
  for (const [code, name, target] of lacks)
    lacking.note(code, { name, deploy: { strategy: name === 'ui' ? 'canary' : 'linear' } } as never, { name: target });
  try {
    lacking.refuse('prod');
  } catch (error) {
    return error as UserError;
  }
  throw new Error('not refused');
}

describe('what services lack', () => {
  it('is nothing where nothing was noted', () => {
    const lacking = new Lacking();
    expect(lacking.any).toBe(false);
    lacking.refuse('prod');
  });

  it('is told by service, those together that lack it in the same targets, whatever came first', () => {
    const error = refusal(
      ['InfrastructureRoleMissing', 'api', 'b/r'],
      ['InfrastructureRoleMissing', 'ui', 'a/r'],
      ['InfrastructureRoleMissing', 'cart', 'a/r'],
      ['InfrastructureRoleMissing', 'ui', 'b/r'],
      ['InfrastructureRoleMissing', 'cart', 'b/r'],
    );
    expect(error.code).toBe('InfrastructureRoleMissing');
    expect(error.message).toBe(
      'No role by which ECS moves traffic is offered, which the strategies of these services need.\n' +
        '  api (linear) in b/r\n  ui (canary), cart (linear) in a/r, b/r',
    );
    expect(error.nextSteps).toHaveLength(2);
  });

  it('names each of a few services in the next step, and not a hundred', () => {
    const tags = (count: number): [Code, string, string][] =>
      Array.from({ length: count }, (_, n) => ['TagMissing', `s${n}`, 'a/r']);
    expect(refusal(...tags(2)).nextSteps[0]).toContain('--tag s0=TAG --tag s1=TAG, or --tag TAG for all');
    expect(refusal(...tags(110)).nextSteps).toEqual([
      'Give each one: --tag SERVICE=TAG, or --tag TAG for all; or a default in baf.yaml: services.NAME.tag',
    ]);
  });
});
