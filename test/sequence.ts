/** The order of the test files: the longest first, so that no worker sits alone with one at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes more than 15 seconds; what computes and what waits for programs by turns. A file that is missing here is only later. */
const LONG = [
  'lib/command/crash-elsewhere',
  'acceptance/records',
  'acceptance/strategies',
  'lib/command/crash-here',
  'acceptance/walk',
  'acceptance/tags',
  'lib/command/deploy.properties',
  'acceptance/kill',
  'lib/command/crash-failure',
  'clients/terraform',
  'lib/command/faults-once',
  'acceptance/queue',
  'lib/engine/hooks',
  'lib/command/commands',
  'acceptance/access',
  'lib/sandbox/deploy-policy',
  'acceptance/login',
  'lib/command/faults-endless',
  'acceptance/doctor',
  'lib/command/faults-commands',
  'acceptance/redaction',
  'lib/command/watching',
  'lib/command/strategies',
  'acceptance/hooks',
  'clients/instance',
  'acceptance/identity',
  'clients/aws/ecs',
  'acceptance/errors',
  'clients/login',
  'clients/aws/cloudformation',
  'lib/command/no-wait',
  'lib/engine/lock-faults',
  'lib/templates/render',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return place === -1 ? LONG.length : place;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // By size, where nothing else is known of them.
    const sorted = await super.sort(files);
    // Those that share processes stay together: they are what fills the end up.
    return sorted.toSorted(
      (a, b) => Number(b.project.config.isolate) - Number(a.project.config.isolate) || placeOf(a) - placeOf(b),
    );
  }
}
