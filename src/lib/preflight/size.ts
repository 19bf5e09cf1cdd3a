/** A legal size on Fargate. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
import { cpuUnits, mebibytes } from '../rollout/diff/definition.js';
import { ok, problem, type Finding } from './finding.js';

/** CPU units: memory in MiB from, to, in steps of. */
const FARGATE: Readonly<
  Record<string, { readonly only?: readonly number[]; readonly range?: readonly [number, number, number] }>
> = {
  256: { only: [512, 1024, 2048] },
  512: { range: [1024, 4096, 1024] },
  1024: { range: [2048, 8192, 1024] },
  2048: { range: [4096, 16_384, 1024] },
  4096: { range: [8192, 30_720, 1024] },
  8192: { range: [16_384, 61_440, 4096] },
  16384: { range: [32_768, 122_880, 8192] },
};

export function judgeSize(definition: Readonly<Record<string, unknown>>, onFargate: boolean): Finding | null {
  if (!onFargate) return null;
  const cpu = cpuUnits(definition['cpu'] ?? '');
  const memory = Number(mebibytes(definition['memory'] ?? ''));
  const sizes = Object.hasOwn(FARGATE, cpu) ? FARGATE[cpu]! : null;
  if (sizes === null)
    return problem(
      'size',
      `Fargate has no tasks of ${cpu || 'no'} CPU units`,
      `Sizes that it has: cpu: ${Object.keys(FARGATE).join(', ')}.`,
    );
  const legal = sizes.only
    ? sizes.only.includes(memory)
    : memory >= sizes.range![0] && memory <= sizes.range![1] && (memory - sizes.range![0]) % sizes.range![2] === 0;
  if (legal) return ok('size', `cpu ${cpu}, memory ${memory}`);
  const allowed = sizes.only ? sizes.only.join(', ') : `${sizes.range![0]} to ${sizes.range![1]} in steps of ${sizes.range![2]}`;
  return problem('size', `Fargate has no tasks of ${cpu} CPU units with ${memory} MiB`, `With cpu: ${cpu} memory is ${allowed}.`);
}
