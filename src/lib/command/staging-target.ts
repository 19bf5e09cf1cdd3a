/** Where stagings live: the one environment of the platform that has staging rules. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Platform, StagingRules } from '../model/platform.js';
import type { Target } from '../model/target.js';

export function stagingTarget(platform: Platform): { environment: string; target: Target; rules: StagingRules } {
  for (const environment of Object.values(platform.environments)) {
    const target = environment.waves[0]?.targets[0];
    if (environment.stagings && target) return { environment: environment.name, target, rules: environment.stagings };
  }
  throw new UserError('NoStagings', {
    message: `No environment of ${platform.source} has stagings.`,
    nextSteps: ['Add `stagings:` to an environment of the platform file.'],
    exitCode: ExitCode.usage,
  });
}

export function stagingMissing(name: string, known: readonly string[]): UserError {
  return new UserError('StagingUnknown', {
    message: `There is no staging ${name}.`,
    nextSteps: [known.length > 0 ? `Stagings: ${known.join(', ')}` : 'baf staging up makes one.'],
  });
}
