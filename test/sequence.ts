/** The order of the test files: the longest first, so that no worker sits alone with one at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes more than 15 seconds; what computes and what waits for programs by turns. A file that is missing here is only later. */
const LONG = [
  'lib/command/crash-elsewhere',
  'acceptance/records',
  'acceptance/queue',
  'lib/command/crash-here',
  'acceptance/kill',
  'acceptance/tags',
  'lib/command/deploy.properties',
  'acceptance/strategies',
  'acceptance/walk',
  'lib/command/crash-failure',
  'acceptance/access',
  'lib/engine/hooks',
  'clients/terraform',
  'lib/command/faults-once',
  'acceptance/identity',
  'acceptance/login',
  'lib/command/strategies',
  'acceptance/doctor',
  'lib/command/faults-endless',
  'acceptance/redaction',
  'lib/command/faults-commands',
  'acceptance/hooks',
  'acceptance/errors',
  'clients/instance',
  'lib/command/rollback',
  'acceptance/notices',
  'clients/aws/ecs',
  'clients/aws/ec2',
  'clients/login',
  'clients/aws/cloudformation',
  'lib/sandbox/deploy-policy',
  'lib/engine/lock-faults',
  'lib/command/commands',
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
